# SPDX-License-Identifier: ISC
"""Stopping: open messages are finished, nothing new is taken, and nothing stays behind."""

import pytest
from support.mta import Connection


@pytest.fixture
def daemon(as_root, signetd):
    daemon = signetd(as_root)
    daemon.create_key("example.com")
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
    daemon.create_key("example.com")
    connection = Connection(daemon.milter_socket)
    assert connection.open_message() is None
    daemon.ask_to_stop()
    assert daemon.wait_for_exit() == 0
    daemon.wait_for_log("stopping with open messages=1")
    connection.close()


def test_a_stopped_daemon_leaves_no_socket_and_starts_again_with_its_keys(daemon):
    daemon.stop()
    assert not daemon.milter_socket.exists()
    assert not daemon.control_socket.exists()
    daemon.start()
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        assert len(connection.end_message().inserted) == 1
