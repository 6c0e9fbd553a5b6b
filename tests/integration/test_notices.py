# SPDX-License-Identifier: ISC
"""Notices that real mail servers write of mail they could not deliver: signed when their domain has a key, never lost
over what is wrong with them, and sent where the organization wants them."""

import pytest
from support import samples, sender
from support.place import I_AM_ROOT, free_port
from support.signing import Signing, domains, fields

SHOWN = {"internal_mail_filter_classes": "bounce", "notify_classes": ""}
BOUNCES, SENDER = "bounces@esp.example", "mailer@esp.example"
NOBODY_HERE = "550 5.1.1 nobody here"
MTAS = ("postfix", "sendmail")


@pytest.fixture(scope="module")
def make_daemon(signetd, names):
    """make_daemon(name, setting=value, …): with keys for example.com, a mail server's domain and the provider."""
    made = {}

    def make(name, **settings):
        if name not in made:
            made[name] = signetd(I_AM_ROOT, settings)
            for domain in ("example.com", "signetd.test", "esp.example"):
                made[name].have_key(domain, names=names)
        return made[name]
    return make


@pytest.fixture
def before(request, make_sink):
    """before(daemon, mta, …): a mail server and, behind it, one that refuses the next message."""
    def make(daemon, mta="postfix", **more):
        sink = make_sink()
        sink.refuse_next(1, NOBODY_HERE)
        milter = getattr(daemon, f"{mta}_milter")
        return Signing(daemon, request.getfixturevalue(mta)(milter, sink=sink, **more), sink)
    return make


def origin(domain):
    return {**SHOWN, "myorigin": domain, "myhostname": f"mta.{domain}"}


def assert_verifies(judges, arrival):
    """All of its signatures, and all judges."""
    for judge, said in judges.all(arrival.data).items():
        assert [v.domain for v in said if v.passed] == domains(arrival), judge


# {unverified_domain: whose keys sign a notice from a domain without a key, and the reason}; for the others, and with a
# key, test_identity.py
WITHOUT_A_KEY = {"fallback": (["esp.example"], "fallback"), "tempfail": ([], "no-key")}


@pytest.mark.parametrize("what", WITHOUT_A_KEY)
def test_a_bounce_of_postfix_arrives_whatever_becomes_of_other_mail(make_daemon, before, judges, what):
    daemon = make_daemon(what, unverified_domain=what, also_sign=["esp.example"])
    signing, author = before(daemon, knobs=origin("nowhere.example")), samples.fresh_recipient()

    assert signing.submit(samples.plain(), mail_from=author).code == 250
    bounce = signing.sink.wait_for(author)

    assert (bounce.mail_from, b"Undelivered Mail" in bounce.fields("Subject")[0]) == ("", True)
    assert (domains(bounce), *fields(signing.line(bounce))["reason"]) == WITHOUT_A_KEY[what]
    assert_verifies(judges, bounce)


def test_a_bounce_with_a_flaw_goes_on_unsigned_rather_than_be_lost(make_daemon, before):
    """It has the 8-bit text of the message that it is about, which came in where no milter looks."""
    daemon, port = make_daemon("strict", fit={"eight_bit_body": "reject"}), free_port()
    signing, author = before(daemon, knobs=origin("signetd.test"), services=[
        f"127.0.0.1:{port} inet n - n - - smtpd -o smtpd_milters="]), samples.fresh_recipient()
    message = samples.sample("07-8bit-utf8")

    assert signing.submit(message).code == 550
    assert sender.send(port, message, author, [samples.fresh_recipient()]).code == 250
    bounce = signing.sink.wait_for(author)

    line = fields(signing.line(bounce))
    assert (domains(bounce), line["decision"], line["reason"]) == ([], ["skip"], ["8bit-body"])


# Of mail on behalf of others.

@pytest.fixture(scope="module")
def rewriting(make_daemon):
    return make_daemon("rewriting", organizations=[
        {"name": "main", "envelope_sender": BOUNCES, "sender_header": SENDER}])


@pytest.mark.parametrize("mta", MTAS)
def test_bounces_come_to_the_organizations_address(rewriting, before, mta):
    signing, author = before(rewriting, mta), samples.fresh_recipient()

    assert signing.submit(samples.plain(), mail_from=author).code == 250
    bounce = signing.sink.wait_for(BOUNCES)

    assert bounce.mail_from in ("", "<>")
    assert b"5.1.1" in bounce.data
    assert signing.sink.arrivals_for(author) == []


def test_a_bounce_itself_keeps_its_empty_sender(rewriting, before, judges):
    """With another it could bounce, too."""
    signing = before(rewriting, knobs=origin("signetd.test"))

    assert signing.submit(samples.plain()).code == 250
    bounce = signing.sink.wait_for(BOUNCES)

    assert (bounce.mail_from, bounce.fields("Sender")) == ("", [f"Sender: {SENDER}".encode()])
    assert domains(bounce) == ["signetd.test"]
    assert_verifies(judges, bounce)


def test_mail_of_programs_gets_both_addresses(rewriting, postfix, sink, judges):
    arrival = Signing(rewriting, postfix(rewriting.postfix_milter), sink).deliver(samples.plain(), way="command")

    assert (arrival.mail_from, arrival.fields("Sender")) == (BOUNCES, [f"Sender: {SENDER}".encode()])
    assert domains(arrival) == ["example.com"]
    assert_verifies(judges, arrival)
