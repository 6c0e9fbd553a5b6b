# SPDX-License-Identifier: ISC
"""Listening sockets that somebody else opened, and a libmilter that takes no descriptor."""

import pytest
from support.compiled import preloaded
from support.mta import Connection, is_signed

EXIT_CONFIG = 78

@pytest.fixture
def activated(as_root, signetd):
    """A daemon with the sockets handed over as systemd does it."""
    daemon = signetd(as_root, handed_over=["milter_socket", "control_socket"])
    daemon.have_key("example.com")
    return daemon


def test_sockets_that_were_handed_over_are_served_and_left_behind(activated):
    assert is_signed(activated.milter_socket)
    activated.stop()
    assert activated.milter_socket.exists()
    assert activated.control_socket.exists()


def test_connects_wait_in_a_socket_that_was_handed_over(activated):
    activated.stop()
    waiting = Connection.__new__(Connection)
    waiting.connect_only(activated.milter_socket)
    activated.start()
    waiting.negotiate()
    assert waiting.open_message() is None
    assert len(waiting.end_message().inserted) == 1
    waiting.close()


def test_a_socket_that_the_configuration_does_not_name_is_refused(activated):
    activated.stop()
    activated.configure(control={"address": f"unix:{activated.control_socket}.other"})
    assert activated.fails_to_start() == EXIT_CONFIG
    activated.wait_for_log(r"does not name 1: make it agree with signetd\.socket \(systemctl show -p Listen")


def test_a_libmilter_that_takes_no_descriptor_serves_all_the_same(signetd, as_root, place):
    directory = place()
    directory.chmod(0o755)
    daemon = signetd(as_root, environment={"LD_PRELOAD": str(preloaded("no_descriptors", directory))})
    daemon.have_key("example.com")
    assert is_signed(daemon.milter_socket)
    daemon.stop()
