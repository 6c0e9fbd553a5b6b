# SPDX-License-Identifier: ISC
"""Children that neither work nor end, and what the supervisor tells systemd (docs/systemd.md)."""

import contextlib
import os
import re
import signal
import socket
import threading

import pytest
from support.compiled import preloaded
from support.daemon import ROLES, Signetd
from support.mta import PLAIN, Connection, is_signed
from support.place import I_AM_ROOT, NOBODY
from support.wait import wait_until

TIMEOUT = {"heartbeat_timeout": "2s"}


@pytest.fixture(scope="module")
def daemon(as_root, signetd):
    daemon = signetd(as_root, settings={**TIMEOUT, "metrics": True})
    daemon.have_key("example.com")
    return daemon


@pytest.mark.parametrize("role", ROLES)
def test_a_stopped_child_is_replaced(daemon, role):
    mark = daemon.log_mark
    stopped = daemon.kill(role, signal.SIGSTOP)
    daemon.wait_for_log(f"role={role} .*pid={stopped} killed: no heartbeat", since=mark)
    daemon.wait_for_log(f"role={role} .*pid={stopped} ended signal={int(signal.SIGABRT)}", since=mark)
    daemon.wait_for_successor(role, of=stopped)
    daemon.wait_for_answer()
    wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")


def test_a_child_that_was_ended_so_has_not_crashed_on_a_view(daemon):
    # two crashes of the vault, say, would have its view made anew
    for _ in range(2):
        stopped = daemon.kill("vault", signal.SIGSTOP)
        daemon.wait_for_successor("vault", of=stopped)
        wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")
    assert daemon.log_lines("reset=") == []


def test_a_supervisor_that_was_stopped_itself_blames_nobody(daemon):
    mark, children = daemon.log_mark, daemon.pids()
    os.kill(daemon.pid, signal.SIGSTOP)
    threading.Event().wait(3)  # over the timeout; were it shorter, the test would only say less
    os.kill(daemon.pid, signal.SIGCONT)
    daemon.wait_for_answer()
    assert is_signed(daemon.milter_socket)
    assert daemon.log_lines("no heartbeat", since=mark) == []
    assert daemon.pids() == children


def test_a_milter_whose_threads_all_hang_is_replaced(as_root, signetd, place):
    directory = place()
    directory.chmod(0o755)
    daemon = signetd(as_root, settings={**TIMEOUT, "vault_timeout": "100ms"}, listener={"processes": 1},
                     environment={"LD_PRELOAD": str(preloaded("hang_at_a_name", directory))})
    daemon.have_key("example.com")
    wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")
    milter, = daemon.pids()["milter"]
    header = [("From", " alice@hang-gnah.example.com"), *PLAIN[1:]]
    with Connection(daemon.milter_socket) as connection, pytest.raises(ConnectionError):
        connection.open_message(header=header)
        connection.end_message()
    daemon.wait_for_log(f"role=milter .*pid={milter} killed: no heartbeat")
    wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")


def test_a_milter_of_which_one_thread_hangs_among_others_is_replaced(as_root, signetd, place):
    directory = place()
    directory.chmod(0o755)
    daemon = signetd(as_root, settings={**TIMEOUT, "vault_timeout": "100ms"}, listener={"processes": 1},
                     environment={"LD_PRELOAD": str(preloaded("hang_at_a_name", directory))})
    daemon.create_key("example.com")
    header = [("From", " alice@hang-gnah.example.com"), *PLAIN[1:]]
    stuck = threading.Thread(target=hang, args=(daemon, header))
    stuck.start()
    try:
        wait_until(lambda: goes_on(daemon) and daemon.log_lines("role=milter .* killed: no heartbeat"),
                   lambda: f"the milter to be killed:\n{daemon.log}")
    finally:
        stuck.join()
    assert daemon.log_lines("a thread has been at a step of one message for more than 10 s")
    wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")


def hang(daemon, header):
    """A message that never ends; its connection does, with the milter."""
    with Connection(daemon.milter_socket) as connection, contextlib.suppress(ConnectionError, TimeoutError):
        connection.open_message(header=header)
        connection.end_message()


def goes_on(daemon):
    """Whether it signs or was just killed is not what is asked: there was another message."""
    with contextlib.suppress(ConnectionError, TimeoutError):
        is_signed(daemon.milter_socket)
    return True


def test_a_milter_is_not_ready_before_libmilter_takes_connections(as_root, programs, place):
    directory = place()
    directory.chmod(0o755)
    daemon = Signetd(programs, place(NOBODY if I_AM_ROOT and not as_root else None), as_root,
                     settings={"heartbeat_timeout": "400ms"}, listener={"processes": 1},
                     environment={"LD_PRELOAD": str(preloaded("never_serve", directory))})
    try:
        assert daemon.fails_to_start() == 1
    finally:
        daemon.close()
    assert daemon.log_lines("role=milter .* killed: not ready, and no sign of life")
    assert daemon.log_lines("role=milter .* ready ") == []


# ---- what systemd hears ----

class Listener:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        path.chmod(0o777)
        self._heard, self._news = [], threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            text = self._socket.recv(4096).decode()
            with self._news:
                self._heard.append(text)
                self._news.notify_all()

    @property
    def heard(self):
        with self._news:
            return list(self._heard)

    def wait_for(self, pattern):
        wait_until(lambda: any(re.search(pattern, text) for text in self.heard), lambda: f"{pattern}: {self.heard}")


def test_systemd_hears_of_the_children_and_of_a_loop_that_turns(as_root, signetd, place):
    listener = Listener(place() / "notify")
    daemon = signetd(as_root, environment={"NOTIFY_SOCKET": listener._socket.getsockname(), "WATCHDOG_USEC": "600000"})
    listener.wait_for("^READY=1\nSTATUS=Signing; processes ready: 5 of 5, restarts: 0$")
    wait_until(lambda: listener.heard.count("WATCHDOG=1") >= 5, "five answers to the watchdog")
    daemon.kill("vault")
    listener.wait_for("^STATUS=Signing; processes ready: 5 of 5, restarts: 1$")
    daemon.stop()
    listener.wait_for("^EXTEND_TIMEOUT_USEC=[0-9]{8}$")
    listener.wait_for("^STOPPING=1\nSTATUS=Finishing open messages; ")
