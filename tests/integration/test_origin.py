# SPDX-License-Identifier: ISC
"""Whose mail is signed: by the way it came in, never by what its From says."""

import pytest
from support.mta import PROTOCOL, Connection

LEADING_SPACE = 0x100000
NO_REPLIES = 0xFF000 | 0x80


@pytest.fixture(scope="module")
def daemon(as_root, signetd):
    daemon = signetd(as_root, settings={"trusted_networks": ["192.0.2.0/24", "2001:db8::/32", "local"]})
    daemon.have_key("example.com")
    return daemon


def is_signed(daemon, client, macros=(), protocol=PROTOCOL):
    with Connection(daemon.milter_socket, protocol, client) as connection:
        reply = connection.open_message(macros=macros)
        return reply is None and len(connection.end_message().inserted) == 1


@pytest.mark.parametrize("client", ["192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7", ""])
def test_mail_of_a_trusted_client_is_signed(daemon, client):
    assert is_signed(daemon, client)


@pytest.mark.parametrize("client", ["198.51.100.7", "2001:db9::1", "127.0.0.1", "::1"])
def test_mail_of_anybody_else_is_not(daemon, client):
    assert not is_signed(daemon, client)
    daemon.wait_for_log(rf"reason=not-ours .*client={client} ")


@pytest.mark.parametrize("macro", ["{auth_authen}", "{auth_type}"])
def test_mail_of_an_authenticated_client_is_signed_wherever_it_is(daemon, macro):
    assert is_signed(daemon, "198.51.100.7", {macro: "alice"})


def test_a_login_ends_with_its_message(daemon):
    with Connection(daemon.milter_socket, client="198.51.100.7") as connection:
        assert connection.open_message(macros={"{auth_authen}": "alice"}) is None
        assert len(connection.end_message().inserted) == 1
        assert connection.open_message(macros={"{auth_authen}": ""}).verdict == "accept"


@pytest.mark.parametrize("protocol", [PROTOCOL & ~LEADING_SPACE, PROTOCOL & ~NO_REPLIES, 0x7F],
                         ids=["no-leading-space", "all-replies", "old"])
def test_an_mta_that_offers_less_is_served(daemon, protocol):
    assert is_signed(daemon, "192.0.2.7", protocol=protocol)
