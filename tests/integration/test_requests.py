# SPDX-License-Identifier: ISC
"""The life of one request (docs/frames.md): sent, queued for a dead vault, sent again, late, dropped."""

import os
import signal

import pytest
from support.mta import Connection
from support.wait import wait_until

OUTSTANDING = 64


@pytest.fixture(scope="module")
def daemon(as_root, signetd):
    daemon = signetd(as_root, settings={"vault_timeout": "20s"})
    daemon.create_key("example.com")
    return daemon


@pytest.fixture
def connections(daemon):
    """As many messages, open but for their end."""
    opened = [Connection(daemon.milter_socket) for _ in range(OUTSTANDING)]
    for number, connection in enumerate(opened):
        assert connection.open_message(queue_id=f"Q{number}") is None
    yield opened
    for connection in opened:
        connection.close()


def all_signed(connections):
    replies = [connection.take_reply() for connection in connections]
    assert [reply for reply in replies if (reply.verdict, len(reply.inserted)) not in
            (("continue", 1), ("accept", 1))] == []
    assert all(reply.inserted[0][0] == "DKIM-Signature" for reply in replies)


def test_requests_outstanding_when_the_vault_dies_are_all_answered(daemon, connections):
    vault = daemon.kill("vault", signal.SIGSTOP)
    for connection in connections:
        connection.send_end()
    wait_until_asked(daemon)
    os.kill(vault, signal.SIGKILL)
    all_signed(connections)
    daemon.wait_for_successor("vault", of=vault)


def test_a_stopped_milter_hangs_nobody_and_gets_its_answers_later(daemon, connections):
    milters = daemon.pids()["milter"]
    vault = daemon.kill("vault", signal.SIGSTOP)
    for connection in connections:
        connection.send_end()
    wait_until_asked(daemon)
    os.kill(milters[0], signal.SIGSTOP)
    try:
        os.kill(vault, signal.SIGCONT)
        # new connections that the other milter accepts are served; those in the stopped one's hands wait
        served_by_the_other(daemon)
    finally:
        os.kill(milters[0], signal.SIGCONT)
    all_signed(connections)


def test_a_vault_that_does_not_answer_makes_mail_come_again(signetd, as_root):
    daemon = signetd(as_root, settings={"vault_timeout": "300ms"})
    daemon.create_key("example.com")
    vault = daemon.kill("vault", signal.SIGSTOP)
    try:
        with Connection(daemon.milter_socket) as connection:
            assert connection.open_message() is None
            reply = connection.end_message()
        assert reply.verdict == "tempfail" and reply.text.startswith("451 4.7.1"), reply
        daemon.wait_for_log("reason=vault-timeout")
    finally:
        os.kill(vault, signal.SIGCONT)
    # the late answer is dropped, and the next request has its own
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        assert len(connection.end_message().inserted) == 1


def wait_until_asked(daemon):
    """Until the milters sleep: every end of message they were sent has become a request."""
    def asking():
        return sum(threads_waiting(pid) for pid in daemon.pids()["milter"]) >= OUTSTANDING
    wait_until(asking, "the milters to ask the vault")


def threads_waiting(pid):
    """Worker threads that are busy: those beyond the ones an idle milter has."""
    return len(os.listdir(f"/proc/{pid}/task")) - IDLE_THREADS


IDLE_THREADS = 7


def served_by_the_other(daemon):
    def served():
        with Connection(daemon.milter_socket) as connection:
            connection._socket.settimeout(0.5)
            try:
                return connection.open_message() is None and len(connection.end_message().inserted) == 1
            except TimeoutError:
                return False
    wait_until(served, "the other milter to serve a message")
