# SPDX-License-Identifier: ISC
"""Stopping: open messages are finished, nothing new is taken, and nothing stays behind."""

import contextlib
import time

import pytest
from support.mta import Connection
from support.wait import PATIENCE


@pytest.fixture
def daemon(as_root, signetd):
    daemon = signetd(as_root)
    daemon.have_key("example.com")
    return daemon


def test_an_open_message_is_signed_before_the_daemon_stops(as_root, signetd):
    daemon = signetd(as_root, listener={"processes": 2})
    daemon.create_key("example.com")
    connection = Connection(daemon.milter_socket)
    assert connection.open_message() is None
    daemon.ask_to_stop()
    daemon.wait_for_log("role=milter .* ended exit=0")  # the one that has no message waits for none
    assert len(connection.end_message().inserted) == 1
    assert daemon.wait_for_exit() == 0
    assert daemon.log_lines("stopping with open messages") == []
    connection.close()


def test_a_connection_without_a_message_does_not_hold_a_stop_up(daemon):
    connection = Connection(daemon.milter_socket)
    daemon.ask_to_stop()
    assert daemon.wait_for_exit() == 0
    connection.close()


def test_a_message_that_never_ends_is_given_up_after_drain_timeout(signetd, as_root):
    daemon = signetd(as_root, settings={"drain_timeout": "300ms"})
    daemon.have_key("example.com")
    connection = Connection(daemon.milter_socket)
    assert connection.open_message() is None
    daemon.ask_to_stop()
    assert daemon.wait_for_exit() == 0
    daemon.wait_for_log("stopping with open messages=1")
    connection.close()


def test_mail_that_never_pauses_does_not_hold_a_stop_up(as_root, signetd):
    daemon = signetd(as_root, settings={"drain_timeout": "10m"})
    daemon.create_key("example.com")
    lines = [Connection(daemon.milter_socket) for _ in range(2)]
    assert lines[0].open_message() is None
    daemon.ask_to_stop()
    messages = 0
    deadline = time.monotonic() + PATIENCE
    with contextlib.suppress(ConnectionError):  # it has ended, and its connections with it
        while time.monotonic() < deadline:  # one message is open at any moment
            lines.reverse()
            assert lines[0].open_message() is None
            assert len(lines[1].end_message().inserted) == 1
            messages += 1
    assert daemon.wait_for_exit() == 0
    assert messages >= 1
    assert daemon.log_lines("open messages") == []
    for line in lines:
        line.close()


def test_a_stopped_daemon_leaves_no_socket_and_starts_again_with_its_keys(daemon):
    daemon.stop()
    assert not daemon.milter_socket.exists()
    assert not daemon.control_socket.exists()
    daemon.start()
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        assert len(connection.end_message().inserted) == 1
