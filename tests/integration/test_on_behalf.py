# SPDX-License-Identifier: ISC
"""Mail signed on behalf of others: an organization's envelope sender and Sender field, written before the signature
covers them, and nothing changed that nobody asked for."""

import re

import pytest
from support import samples
from support.daemon import Signetd
from support.mta import Connection
from support.place import I_AM_ROOT, NOBODY

BOUNCES, SENDER = "bounces@esp.example", "mailer@esp.example"
WANTED = {
    "neither": {},
    "envelope": {"envelope_sender": BOUNCES},
    "header": {"sender_header": SENDER},
    "both": {"envelope_sender": BOUNCES, "sender_header": SENDER},
}
ADD, CHANGE, CHANGE_FROM = 0x1, 0x10, 0x40
ACTIONS = {"neither": ADD, "envelope": ADD | CHANGE_FROM, "header": ADD | CHANGE, "both": ADD | CHANGE | CHANGE_FROM}
SET_SYMLIST = 0x100


@pytest.fixture(scope="module")
def daemons(signetd, names):
    """{what is wanted of organization main: a daemon}; nothing of other, whose mail comes from 192.0.2.7."""
    made = {}
    for wanted, settings in WANTED.items():
        made[wanted] = signetd(as_root=I_AM_ROOT, settings={"organizations": [
            {"name": "main", **settings}, {"name": "other", "networks": ["192.0.2.7"]}],
            "trusted_networks": ["127.0.0.0/8", "192.0.2.7", "local"]})
        made[wanted].have_key("example.com", names=names)
        made[wanted].have_key("other.example", "--org", "other", names=names)
    return made


@pytest.fixture(scope="module")
def postfixes(daemons, postfix):
    return {wanted: postfix(daemon.postfix_milter) for wanted, daemon in daemons.items()}


def deliver(mta, sink, message, mail_from="alice@example.com"):
    recipient = samples.fresh_recipient()
    reply = mta.submit_smtp(message, mail_from=mail_from, recipients=[recipient])
    assert reply.code == 250, f"{reply}\n{mta.log}"
    return sink.wait_for(recipient)


def assert_verifies(judges, arrival):
    for name, said in judges.all(arrival.data).items():
        assert [v.passed for v in said if v.domain == "example.com"] == [True], (name, said)


def message(*sender_fields):
    return samples.plain().replace(b"To: ", b"".join(f"{field}\r\n".encode() for field in sender_fields) + b"To: ", 1)


SENDERS = {
    "none": (),
    "one": ("Sender: alice@desk.example.com",),
    "several": ("Sender: alice@desk.example.com", "X-Between: 1", "SENDER: a\r\n folded one <b@example.com>"),
    "the same": (f"Sender: {SENDER}",),
}


@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("came", SENDERS)
def test_what_is_asked_for_is_written_and_the_signature_covers_it(postfixes, sink, judges, wanted, came):
    arrival = deliver(postfixes[wanted], sink, message(*SENDERS[came]))

    expected = [f"Sender: {SENDER}"] if "sender_header" in WANTED[wanted] else SENDERS[came]
    assert [f.decode() for f in arrival.fields("Sender")] == [f for f in expected if f.lower().startswith("sender")]
    assert arrival.mail_from == WANTED[wanted].get("envelope_sender", "alice@example.com")
    assert_verifies(judges, arrival)
    covered = re.search(rb"h=([^;]*);", arrival.fields("DKIM-Signature")[0])[1]
    assert (b"Sender:" in covered.replace(b"\r\n\t", b"")) == bool(expected)


@pytest.mark.parametrize("wanted", WANTED)
def test_so_does_sendmail(sendmail, daemons, sink, judges, wanted):
    server = sendmail(daemons[wanted].sendmail_milter)

    arrival = deliver(server, sink, message("Sender: alice@desk.example.com"))

    address = WANTED[wanted].get("sender_header", "alice@desk.example.com")
    assert arrival.fields("Sender") == [f"Sender: {address}".encode()]
    assert arrival.mail_from == WANTED[wanted].get("envelope_sender", "alice@example.com")
    assert_verifies(judges, arrival)


@pytest.mark.parametrize("wanted", WANTED)
def test_no_more_is_asked_of_the_mta_than_is_needed(daemons, wanted):
    with Connection(daemons[wanted].milter_socket) as connection:
        assert connection.actions & ~SET_SYMLIST == ACTIONS[wanted]


def test_a_bounce_keeps_its_empty_sender(postfixes, sink, judges):
    arrival = deliver(postfixes["both"], sink, message(), mail_from="")

    assert arrival.mail_from == ""
    assert arrival.fields("Sender") == [f"Sender: {SENDER}".encode()]
    assert_verifies(judges, arrival)


def test_what_is_not_signed_is_not_changed(postfixes, sink):
    arrival = deliver(postfixes["both"], sink, samples.plain("alice@nokey.example"), mail_from="a@nokey.example")

    assert (arrival.mail_from, arrival.fields("Sender")) == ("a@nokey.example", [])


def test_another_organization_keeps_its_own(daemons):
    with Connection(daemons["both"].milter_socket, client="192.0.2.7") as connection:
        connection.open_message(header=[("From", " a@other.example"), ("Sender", " b@other.example")])
        reply = connection.end_message()

    assert [name for name, _ in reply.inserted] == ["DKIM-Signature"]


def test_who_comes_by_twice_is_changed_and_signed_once(postfixes, sink, judges):
    first = deliver(postfixes["both"], sink, message("Sender: alice@desk.example.com"))

    again = deliver(postfixes["both"], sink, first.data, mail_from=first.mail_from)

    assert len(again.fields("DKIM-Signature")) == 1
    assert again.fields("Sender") == [f"Sender: {SENDER}".encode()]
    assert again.mail_from == BOUNCES
    assert_verifies(judges, again)


@pytest.mark.parametrize("setting", ["envelope_sender", "sender_header"])
@pytest.mark.parametrize("value", [
    "no address", "<a@esp.example>", "a@", "@esp.example", "a@esp..example", "a b@esp.example", "a@ESP.example",
    "a\r\n@esp.example", '"a"@esp.example', "a@b@esp.example"])
def test_what_is_no_address_is_refused(programs, place, setting, value):
    daemon = Signetd(programs, place(NOBODY if I_AM_ROOT else None),
                     settings={"organizations": [{"name": "main", setting: value}]})

    assert daemon.fails_to_start() == 78


def test_the_check_says_what_the_envelope_sender_means_for_spf(signetd, internet, zone):
    daemon = signetd(internet=internet, settings={
        "dns": {"resolvers": [internet.resolver.endpoint]},
        "organizations": [{"name": "main", "envelope_sender": "b@far-esp.example"},
                          {"name": "near", "envelope_sender": "b@bounces.on-behalf.example"}]})
    zone("far-esp.example", {"far-esp.example": "v=spf1 ip4:192.0.2.1 -all"})
    zone("on-behalf.example", {"bounces.on-behalf.example": "v=spf1 mx -all", "on-behalf.example": "v=spf1 ?all"})
    internet.resolver.flush()

    told = {}
    for org in ("main", "near", "other"):
        key = daemon.create_key("on-behalf.example", "--org", org, activate=False)
        answer = daemon.ctl("key", "check", key["id"], check=False)
        told[org] = [note["text"] for note in answer["notes"] if "SPF" in note["text"]]

    assert told == {
        "main": ['far-esp.example has an SPF record: "v=spf1 ip4:192.0.2.1 -all"',
                 "envelope_sender: SPF is asked of far-esp.example, which is not aligned with on-behalf.example: DMARC "
                 "rests on the signature alone"],
        "near": ['bounces.on-behalf.example has an SPF record: "v=spf1 mx -all"',
                 "envelope_sender: SPF is asked of bounces.on-behalf.example, which is aligned with on-behalf.example"],
        "other": ['on-behalf.example has an SPF record: "v=spf1 ?all"'],
    }
