# SPDX-License-Identifier: ISC
"""What is written into mail takes rights that a mail server gives when it connects. A reload may need another one: then
mail by a connection of before is put off and its connection ended, and the next connection has it."""

import contextlib

import pytest
from support import samples, sender
from support.mta import PLAIN, Connection
from support.place import I_AM_ROOT
from support.signing import Signing, domains

MAILER = "mailer@esp.example"
MESSAGE = samples.message("X-Organization: forged", "Sender: x@example.com", "From: alice@example.com",
                          "To: bob@example.net", "Subject: rights", "Date: Fri, 20 Nov 2026 10:00:00 +0000",
                          "Message-ID: <r@example.com>")
# {setting: (what is set, what is seen of it in the message that arrives, what that was before, and is then)}
RIGHTS = {
    "stamp_header": ({"stamp_header": "X-Organization"}, lambda arrival: arrival.fields("X-Organization"),
                     [b"X-Organization: forged"], [b"X-Organization: main"]),
    "sender_header": ({"organizations": [{"name": "main", "sender_header": MAILER}]},
                      lambda arrival: arrival.fields("Sender"), [b"Sender: x@example.com"],
                      [f"Sender: {MAILER}".encode()]),
    "envelope_sender": ({"organizations": [{"name": "main", "envelope_sender": MAILER}]},
                        lambda arrival: arrival.mail_from, "alice@example.com", MAILER),
}
NONE = {"stamp_header": None, "organizations": None}


@pytest.fixture(scope="module")
def daemon(signetd):
    daemon = signetd(I_AM_ROOT, settings={})
    daemon.create_key("example.com")
    return daemon


@pytest.fixture(scope="module", params=["postfix", "sendmail"])
def signing(request, daemon, sink):
    return Signing(daemon, request.getfixturevalue(request.param)(getattr(daemon, f"{request.param}_milter")), sink)


def reload(daemon, **settings):
    daemon.configure(**{**NONE, **settings})
    daemon.ctl("reload")


def send(connection, recipient):
    return connection.send(MESSAGE, "alice@example.com", [recipient])


@pytest.mark.parametrize("setting", RIGHTS)
def test_a_connection_of_before_is_ended_and_the_next_one_has_the_right(daemon, signing, setting):
    settings, look, before, after = RIGHTS[setting]
    reload(daemon)
    first, second, third = (samples.fresh_recipient() for _ in range(3))
    with contextlib.closing(sender.Connection(signing.mta.port)) as connection:
        assert send(connection, first).code == 250
        assert look(signing.sink.wait_for(first)) == before
        mark = daemon.log_mark

        reload(daemon, **settings)

        with contextlib.suppress(ConnectionError):  # who is told 421 may find it closed when he goes on
            assert send(connection, second).code == 421
        daemon.wait_for_log(r"decision=tempfail reason=no-right ", since=mark)
        with pytest.raises((ConnectionError, sender.Refused)):
            connection.send(MESSAGE, "alice@example.com", [second])
    assert signing.submit(MESSAGE, third).code == 250
    arrival = signing.sink.wait_for(third)
    assert look(arrival) == after and domains(arrival) == ["example.com"]
    assert signing.sink.arrivals_for(second) == []


@pytest.mark.parametrize("setting", RIGHTS)
def test_a_right_too_many_is_in_nobodys_way(daemon, signing, setting):
    settings, look, before, _ = RIGHTS[setting]
    reload(daemon, **settings)
    first, second = samples.fresh_recipient(), samples.fresh_recipient()
    with contextlib.closing(sender.Connection(signing.mta.port)) as connection:
        assert send(connection, first).code == 250
        reload(daemon)
        assert send(connection, second).code == 250
    assert look(signing.sink.wait_for(second)) == before


def test_what_needs_no_right_goes_on(daemon):
    """To add a field is what every connection may."""
    reload(daemon)
    with Connection(daemon.milter_socket) as connection:
        reload(daemon, stamp_header="X-Organization")
        assert connection.open_message() is None
        reply = connection.end_message()
    assert [name for name, _ in reply.inserted] == ["X-Organization", "DKIM-Signature"]


def test_what_is_said_is_what_the_page_says(daemon):
    reload(daemon)
    with Connection(daemon.milter_socket) as connection:
        reload(daemon, stamp_header="X-Organization")
        reply = connection.open_message(header=[*PLAIN, ("X-Organization", " forged")]) or connection.end_message()
    assert reply.text == "421 4.3.2 The settings have changed, connect again"
