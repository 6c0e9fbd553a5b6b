# SPDX-License-Identifier: ISC
"""The life of one request (docs/frames.md): sent, queued for a dead vault, sent again, late, dropped."""

import os
import signal
import time

import pytest
from support.mta import Connection, is_signed
from support.wait import wait_until

OUTSTANDING = 64


@pytest.fixture(scope="module")
def daemon(as_root, signetd):
    daemon = signetd(as_root, settings={"vault_timeout": "20s", "heartbeat_timeout": "0s"})  # who is stopped stays
    daemon.have_key("example.com")
    return daemon


@pytest.fixture
def opened():
    """Connections, closed at the end of the test."""
    connections = []
    yield connections
    for connection in connections:
        connection.close()


def all_signed(connections):
    replies = [connection.take_reply() for connection in connections]
    assert [reply for reply in replies if (reply.verdict, len(reply.inserted)) not in
            (("continue", 1), ("accept", 1))] == []
    assert all(reply.inserted[0][0] == "DKIM-Signature" for reply in replies)


def test_requests_outstanding_when_the_vault_dies_are_all_answered(daemon, opened):
    vault = daemon.kill("vault", signal.SIGSTOP)
    ask_until_many_wait(daemon, opened)
    os.kill(vault, signal.SIGKILL)
    all_signed(opened)
    daemon.wait_for_successor("vault", of=vault)


def test_a_stopped_milter_hangs_nobody_and_gets_its_answers_later(daemon, opened):
    milters = daemon.pids()["milter"]
    vault = daemon.kill("vault", signal.SIGSTOP)
    ask_until_many_wait(daemon, opened)
    os.kill(milters[0], signal.SIGSTOP)
    try:
        os.kill(vault, signal.SIGCONT)
        # new connections that the other milter accepts are served; those in the stopped one's hands wait
        served_by_the_other(daemon)
    finally:
        os.kill(milters[0], signal.SIGCONT)
    all_signed(opened)


def test_a_vault_that_does_not_answer_makes_mail_come_again(signetd, as_root):
    daemon = signetd(as_root, settings={"vault_timeout": "300ms"})
    daemon.have_key("example.com")
    vault = daemon.kill("vault", signal.SIGSTOP)
    try:
        with Connection(daemon.milter_socket) as connection:
            assert connection.open_message() is None
            reply = connection.end_message()
        assert reply.verdict == "tempfail" and reply.text.startswith("451 4.7.1"), reply
        daemon.wait_for_log("reason=vault-timeout")
    finally:
        os.kill(vault, signal.SIGCONT)
    # the late answer is dropped, and a later request has its own: the next, if the machine is quick enough for it
    wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")


def ask_until_many_wait(daemon, opened):
    """Send ends of messages, one after the other, until so many threads of the milters wait for the vault. libmilter
    may leave some ends unread while its threads are busy: those come on top."""
    while waiting(daemon) < OUTSTANDING:
        assert len(opened) < 4 * OUTSTANDING, waiting(daemon)
        opened.append(Connection(daemon.milter_socket))
        assert opened[-1].open_message(queue_id=f"Q{len(opened)}") is None
        before = waiting(daemon)
        opened[-1].send_end()
        wait_a_little_until(lambda: waiting(daemon) > before)


def waiting(daemon):
    """Worker threads, all of them busy if there are more than a milter keeps idle."""
    return sum(len(os.listdir(f"/proc/{pid}/task")) - OTHER_THREADS for pid in daemon.pids()["milter"])


OTHER_THREADS = 5  # of a milter: main, libmilter's signals and controller, the log, the supervisor's channel


def wait_a_little_until(condition):
    deadline = time.monotonic() + 0.1
    while time.monotonic() < deadline and not condition():
        time.sleep(0.001)


def served_by_the_other(daemon):
    def served():
        with Connection(daemon.milter_socket) as connection:
            connection._socket.settimeout(0.5)
            try:
                return connection.open_message() is None and len(connection.end_message().inserted) == 1
            except TimeoutError:
                return False
    wait_until(served, "the other milter to serve a message")
