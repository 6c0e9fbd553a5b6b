# SPDX-License-Identifier: ISC
"""The harness itself, without signetd: what it says about a message must be true before anything is judged by it."""

import re
import socket

import pytest
from support import by_hand, dnskey, samples
from support.place import free_port
from support.reference_milter import ReferenceMilter
from support.sender import BulkSender
from support.verify import Judge, Unreadable
from support.wait import wait_until

ROUTES = ("postfix-smtp", "postfix-command", "sendmail-smtp")


def signed(message, key, domain="example.com", selector="harness"):
    """The message with a signature by dkimpy on top."""
    return key.field_for(message, domain, selector) + message


@pytest.fixture(scope="module")
def rsa_key(names):
    key = dnskey.rsa()
    names.publish("harness._domainkey.example.com", key.record)
    return key


@pytest.fixture(scope="module")
def ed25519_key(names):
    key = dnskey.ed25519()
    names.publish("ed._domainkey.example.com", key.record)
    return key


@pytest.fixture(scope="module")
def reference_milter(place, rsa_key):
    """A milter that signs with dkimpy; its socket."""
    def fields_for(message):
        value = rsa_key.field_for(message, "example.com", "harness").partition(b":")[2]
        return [(b"DKIM-Signature", value.removesuffix(b"\r\n").replace(b"\r\n", b"\n"))]

    socket = place() / "milter.sock"
    milter = ReferenceMilter(socket, fields_for)
    yield socket
    milter.close()


@pytest.fixture(scope="module")
def plain_postfix(postfix):
    return postfix()


@pytest.fixture(scope="module")
def plain_sendmail(sendmail):
    return sendmail()


@pytest.fixture(scope="module")
def signing_postfix(postfix, reference_milter):
    return postfix(milter=f"unix:{reference_milter}")


@pytest.fixture(scope="module")
def signing_sendmail(sendmail, reference_milter):
    return sendmail(milter=f"local:{reference_milter}")


# Ports.

def test_a_server_can_have_the_port_it_was_given_and_nobody_else_is_given_it():
    port = free_port()

    with socket.socket() as other, pytest.raises(OSError, match="Address already in use"):
        other.bind(("127.0.0.1", port))
    socket.create_server(("127.0.0.1", port)).close()


# The MTAs.

@pytest.mark.parametrize("name", samples.NAMES)
def test_postfix_delivers_by_smtp_every_byte(plain_postfix, sink, name):
    message, recipient = samples.sample(name), samples.fresh_recipient()

    reply = plain_postfix.submit_smtp(message, recipients=[recipient])

    assert reply.code == 250, plain_postfix.log
    assert samples.without_top_field(sink.wait_for(recipient).data, "Received") == samples.with_last_line_ended(message)


def test_postfix_delivers_by_command_every_byte(plain_postfix, sink):
    message, recipient = samples.sample("02-multipart-alternative"), samples.fresh_recipient()

    plain_postfix.submit_command(message, recipients=[recipient])

    assert samples.without_top_field(sink.wait_for(recipient).data, "Received") == message


def test_sendmail_delivers_by_smtp_every_byte(plain_sendmail, sink):
    message, recipient = samples.sample("02-multipart-alternative"), samples.fresh_recipient()

    reply = plain_sendmail.submit_smtp(message, recipients=[recipient])

    assert reply.code == 250, plain_sendmail.log
    assert samples.without_top_field(sink.wait_for(recipient).data, "Received") == message


def test_postfix_stops_and_starts_again(plain_postfix, sink):
    recipient = samples.fresh_recipient()

    plain_postfix.stop()
    plain_postfix.start()

    assert plain_postfix.submit_smtp(samples.plain(), recipients=[recipient]).code == 250
    sink.wait_for(recipient)


def test_postfix_logs_what_became_of_a_message(plain_postfix, sink):
    recipient = samples.fresh_recipient()

    plain_postfix.submit_smtp(samples.plain(), recipients=[recipient])

    sent = rf"postfix/smtp\[\d+\]: .* to=<{re.escape(recipient)}>, .* status=sent"
    wait_until(lambda: re.search(sent, plain_postfix.log), lambda: f"the delivery in the log:\n{plain_postfix.log}")


def test_a_bulk_sender_and_a_refusing_sink_count_alike(postfix, make_sink):
    sink = make_sink()
    sink.refuse_next(5)
    mta = postfix(sink=sink)

    with BulkSender(mta.port, lambda number: samples.plain(token=f"{number}.bulk")) as bulk:
        sink.wait_for_count(20)

    arrivals = sink.wait_for_count(len(bulk.accepted))
    tokens = sorted(arrival.fields("Message-ID")[0] for arrival in arrivals)
    assert tokens == sorted(f"Message-ID: <{number}.bulk@example.com>".encode() for number in bulk.accepted)
    assert (bulk.rejected, bulk.unanswered, sink.refusals_left) == ([], [], 0)


def test_a_sink_without_8bitmime_makes_postfix_convert(postfix, make_sink):
    sink, recipient = make_sink(extensions=("PIPELINING",)), samples.fresh_recipient()

    postfix(sink=sink).submit_smtp(samples.sample("07-8bit-utf8"), recipients=[recipient])

    assert b"Content-Transfer-Encoding: quoted-printable" in sink.wait_for(recipient).data


# The judges.

@pytest.mark.parametrize("judge", ["dkimpy", "mail_dkim", "opendkim"])
def test_a_judge_passes_a_good_signature(judges, rsa_key, judge):
    verdicts = getattr(judges, judge)(signed(samples.sample("01-plain"), rsa_key))

    assert [(v.passed, v.domain, v.selector, v.algorithm) for v in verdicts] == [
        (True, "example.com", "harness", "rsa-sha256")], verdicts


@pytest.mark.parametrize("judge", ["dkimpy", "mail_dkim", "opendkim"])
@pytest.mark.parametrize("old, new", [(b"Subject: Hello", b"Subject: Hallo"), (b"see you", b"see me")])
def test_a_judge_fails_what_was_changed(judges, rsa_key, judge, old, new):
    message = signed(samples.sample("01-plain"), rsa_key)
    assert old in message

    verdicts = getattr(judges, judge)(message.replace(old, new))

    assert [v.passed for v in verdicts] == [False], verdicts


@pytest.mark.parametrize("judge", ["dkimpy", "mail_dkim", "opendkim"])
def test_a_judge_fails_when_the_record_is_gone(names, judges, judge):
    key = dnskey.rsa()
    message = signed(samples.sample("01-plain"), key, selector="gone")
    names.publish("gone._domainkey.example.com", key.record)
    assert [v.passed for v in getattr(judges, judge)(message)] == [True]

    names.remove("gone._domainkey.example.com")

    assert [v.passed for v in getattr(judges, judge)(message)] == [False]


@pytest.mark.parametrize("judge", ["dkimpy", "mail_dkim", "opendkim"])
def test_a_judge_has_one_verdict_per_signature(judges, rsa_key, judge):
    verdicts = getattr(judges, judge)(signed(samples.sample("11-already-signed-by-other"), rsa_key))

    assert sorted((v.domain, v.passed) for v in verdicts) == [("example.com", True), ("other.example", False)], verdicts


@pytest.mark.parametrize("judge", ["dkimpy", "mail_dkim", "opendkim"])
def test_a_judge_says_nothing_of_unsigned_mail(judges, judge):
    assert getattr(judges, judge)(samples.sample("01-plain")) == []


def test_a_judge_goes_on_after_it_has_ended(names, rsa_key):
    judge = Judge("dkimpy", names)
    good = signed(samples.sample("01-plain"), rsa_key)
    with pytest.raises(Unreadable):
        judge.ask(b"no header at all\r\n")
    assert [v.passed for v in judge.ask(good)] == [True]

    judge._kill()

    with pytest.raises(Unreadable):
        judge.ask(good)
    assert [v.passed for v in judge.ask(good)] == [True]
    judge.close()


def test_ed25519_passes_where_it_is_known(judges, ed25519_key):
    message = signed(samples.sample("01-plain"), ed25519_key, selector="ed")

    passed = {name: [v.passed for v in verdicts] for name, verdicts in judges.all(message).items()}

    assert passed == {"dkimpy": [True], "mail_dkim": [False], "opendkim": [True]}


@pytest.mark.parametrize("key", [dnskey.rsa(), dnskey.ed25519()], ids=["rsa", "ed25519"])
@pytest.mark.parametrize("canonicalization", ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"])
def test_what_dkimpy_signs_is_right_by_hand(key, canonicalization):
    for name in ("01-plain", "10-comments-quotes", "13-whitespace-runs", "14-empty-body", "18-dots-and-long-lines"):
        message = samples.sample(name)
        field = key.field_for(message, "example.com", "s", canonicalization)

        def is_right(message, field=field.removesuffix(b"\r\n")):
            return by_hand.verifies(message, field, {"s._domainkey.example.com": key.record}.__getitem__)

        assert is_right(field + message), name
        assert not is_right(field + message + b"more\r\n"), name
        assert not is_right(field + message.replace(b"From:", b"From: x", 1)), name


def test_a_name_server_gives_back_what_was_published(names, rsa_key):
    assert names.text("harness._domainkey.example.com") == rsa_key.record
    assert names.text("nothing._domainkey.example.com") == ""


# Both together, with a signer that is not ours: which samples survive the way through which MTA.

@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", samples.NAMES)
def test_a_sample_signed_in_the_mta_arrives_intact(request, sink, judges, route, name):
    message, recipient = samples.sample(name), samples.fresh_recipient()
    mta, _, way = route.partition("-")

    submit = getattr(request.getfixturevalue(f"signing_{mta}"), f"submit_{way}")
    submit(message, recipients=[recipient])

    ours = {judge: [v.passed for v in verdicts if v.domain == "example.com"]
            for judge, verdicts in judges.all(sink.wait_for(recipient).data).items()}
    assert ours == {"dkimpy": [True], "mail_dkim": [True], "opendkim": [True]}

