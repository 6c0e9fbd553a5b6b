# SPDX-License-Identifier: ISC
"""Whose domain signs: that of From before that of the envelope, of the first that has a key or of all."""

import itertools

import pytest
from support import samples
from support.place import I_AM_ROOT
from support.signing import Signing, ask_milter, domains, fields

BOUNCES = {"internal_mail_filter_classes": "bounce", "notify_classes": ""}
ORDERS = {"from": ["header-from"], "from-envelope": ["header-from", "envelope-from"],
          "envelope-from": ["envelope-from", "header-from"], "envelope": ["envelope-from"]}
A, B, NOBODY = "alice@a.example", "bob@b.example", "carol@nowhere.example"


@pytest.fixture(scope="module")
def make_daemon(signetd):
    made = {}

    def make(order, use):
        if (order, use) not in made:
            daemon = made[order, use] = signetd(False, {"identity": ORDERS[order], "identity_use": use})
            for domain in ("a.example", "b.example"):
                daemon.have_key(domain)
        return made[order, use]
    return make


@pytest.mark.parametrize(("order", "use", "sender", "envelope", "expected"), [
    ("from", "first", A, B, ["a.example"]),
    ("from", "first", NOBODY, B, []),
    ("from", "all", A, B, ["a.example"]),
    ("from-envelope", "first", A, B, ["a.example"]),
    ("from-envelope", "first", NOBODY, B, ["b.example"]),
    ("from-envelope", "first", NOBODY, "", []),
    ("from-envelope", "all", A, B, ["a.example", "b.example"]),
    ("from-envelope", "all", A, A, ["a.example"]),
    ("from-envelope", "all", NOBODY, B, ["b.example"]),
    ("envelope-from", "first", A, B, ["b.example"]),
    ("envelope-from", "first", A, NOBODY, ["a.example"]),
    ("envelope-from", "all", A, B, ["b.example", "a.example"]),
    ("envelope", "first", A, NOBODY, []),
    ("envelope", "first", A, "", []),
])
def test_the_configured_identities_sign_in_their_order(make_daemon, order, use, sender, envelope, expected):
    daemon = make_daemon(order, use)

    _, line = ask_milter(daemon, (("From", f" {sender}"),), sender=f"<{envelope}>")

    assert line.get("d", []) == expected
    answer = daemon.ctl("explain", "--from", sender, "--envelope-from", f"<{envelope}>", check=False)
    assert [key["domain"] for key in answer["keys"]] == expected
    assert answer["reason"] == line["reason"][0]


@pytest.mark.parametrize(("senders", "first", "all_of_them"), [
    ([A, B], ["a.example"], ["a.example", "b.example"]),
    ([B, A], ["b.example"], ["b.example", "a.example"]),
    ([NOBODY, B, A], ["b.example"], ["b.example", "a.example"]),
    (["x@[192.0.2.1]", A], ["a.example"], ["a.example"]),
    ([A, "Another <other@A.EXAMPLE>"], ["a.example"], ["a.example"]),
    ([f"Group: {A}, {B};"], ["a.example"], ["a.example", "b.example"]),
    ([NOBODY, NOBODY], [], []),
])
def test_mailboxes_of_from_sign_in_their_order(make_daemon, senders, first, all_of_them):
    header = (("From", " " + ", ".join(senders)), ("Sender", " bob@b.example"))
    for use, expected in (("first", first), ("all", all_of_them)):
        assert ask_milter(make_daemon("from", use), header)[1].get("d", []) == expected


# Through real mail servers.

@pytest.fixture(scope="module")
def daemon(signetd, names):
    daemon = signetd(I_AM_ROOT, {"identity": ORDERS["from-envelope"], "identity_use": "all",
                                 "unverified_domain": "reject"})
    for domain in ("a.example", "b.example", "c.example"):
        daemon.have_key(domain, names=names)
    daemon.have_key("signetd.test", "--match", "DomainAndSubdomains", names=names)
    return daemon


@pytest.fixture(scope="module", params=["postfix", "sendmail"])
def signing(request, daemon, sink):
    mta = request.getfixturevalue(request.param)(getattr(daemon, f"{request.param}_milter"))
    return Signing(daemon, mta, sink)


def test_everybody_verifies_each_of_several_authors_and_the_envelope(signing, judges):
    message = samples.message(f"From: {A}, {B}", f"Sender: {B}", "To: bob@example.net", "Subject: of two",
                              "Date: Fri, 20 Nov 2026 10:00:00 +0000", "Message-ID: <two@a.example>")

    arrival = signing.deliver(message, mail_from="list@c.example")

    assert domains(arrival) == ["a.example", "b.example", "c.example"]
    for judge, verdicts in judges.all(arrival.data).items():
        assert sorted((v.domain, v.passed) for v in verdicts) == [
            ("a.example", True), ("b.example", True), ("c.example", True)], judge

    again = signing.deliver(arrival.data, mail_from="list@c.example")
    assert again.fields("DKIM-Signature") == arrival.fields("DKIM-Signature")
    without = signing.deliver(arrival.data, mail_from="")
    assert without.fields("DKIM-Signature") == arrival.fields("DKIM-Signature")

def test_mail_with_the_null_sender_is_signed_for_its_from(signing, judges):
    arrival = signing.deliver(samples.plain(sender=A), mail_from="")

    assert arrival.mail_from in ("", "<>")
    assert domains(arrival) == ["a.example"]
    assert fields(signing.line(arrival))["envelope"] == [""]


def test_a_notice_without_a_key_goes_on_unsigned_where_other_mail_is_refused(signing):
    notice = samples.plain(sender="MAILER-DAEMON@nowhere.example")

    assert domains(signing.deliver(notice, mail_from="")) == []
    assert signing.submit(notice, mail_from="x@nowhere.example").code == 550


@pytest.mark.parametrize(("envelope", "login", "decision"), [
    ("<>", [], "skip"), ("<>", ["--login", "joe"], "reject"), ("x@nowhere.example", [], "reject")])
def test_explain_knows_a_notice(daemon, envelope, login, decision):
    answer = daemon.ctl("explain", "--from", "nowhere.example", "--envelope-from", envelope, *login, check=False)

    assert (answer["decision"], answer["reason"]) == (decision, "no-key")
    assert ({"rule": "null-sender", "answer": "yes", "place": None} in answer["steps"]) == (decision == "skip")


_tokens = itertools.count(1)


@pytest.fixture
def bouncing(daemon, postfix, make_sink):
    """bouncing(notices_from): a Postfix whose mail the next hop refuses, and where its bounces arrive."""
    def make(myorigin):
        sink = make_sink()
        mta = postfix(daemon.postfix_milter, sink=sink,
                      knobs={**BOUNCES, "myorigin": myorigin, "myhostname": f"mta.{myorigin}"})
        return Signing(daemon, mta, sink)
    return make


@pytest.mark.parametrize(("origin", "expected"), [("signetd.test", ["signetd.test"]), ("nowhere.example", [])])
def test_a_bounce_of_postfix_itself_is_signed_and_never_refused(bouncing, judges, origin, expected):
    signing = bouncing(origin)
    signing.sink.refuse_next(1, "550 5.1.1 nobody here")
    author = f"alice+{next(_tokens)}@a.example"

    assert signing.submit(samples.plain(sender=author), mail_from=author).code == 250
    bounce = signing.sink.wait_for(author)

    assert b"Undelivered Mail" in bounce.fields("Subject")[0]
    assert domains(bounce) == expected
    if expected:
        assert all(v.passed for verdicts in judges.all(bounce.data).values() for v in verdicts)


def test_sendmail_shows_its_own_bounces_to_nobody(daemon, sendmail, make_sink):
    sink = make_sink()
    signing = Signing(daemon, sendmail(daemon.sendmail_milter, sink=sink), sink)
    sink.refuse_next(1, "550 5.1.1 nobody here")
    author = f"alice+{next(_tokens)}@a.example"

    assert signing.submit(samples.plain(sender=author), mail_from=author).code == 250
    bounce = sink.wait_for(author)

    assert b"MAILER-DAEMON" in bounce.fields("From")[0]
    assert domains(bounce) == []
    assert not daemon.log_lines(rf"queue_id={bounce.queue_id}\b")
