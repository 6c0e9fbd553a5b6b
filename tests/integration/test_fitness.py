# SPDX-License-Identifier: ISC
"""Mail that may not be fit to sign: what is measured, what follows from it, and that nothing is signed and then broken
without a word. docs/fit.md is this for people."""

import itertools
import re
import smtplib

import pytest
from support import samples
from support.control import Control
from support.mta import Connection
from support.place import I_AM_ROOT
from support.proof import JUDGES
from support.servers import REPOSITORY

FROM = ("From", " alice@example.com")
SUBJECT = ("Subject", " x")
MIME = ("MIME-Version", " 1.0")
LONG = "w" * 1200

# What a message has, as the log and the configuration call it: {word: (setting, header, body, what the log says of it,
# what the sender is told)}
FLAWS = {
    "no-from": ("no_from", [SUBJECT], b"", "no-from", "550 5.6.0 .* no From field; add one"),
    "several-from": ("several_from", [FROM, SUBJECT, FROM], b"", "several-from", "550 5.7.1 .* more than one From"),
    "duplicate-field": ("duplicate_field", [FROM, SUBJECT, SUBJECT], b"", "duplicate-field:Subject",
                        "550 5.6.0 .*: Subject; leave one"),
    "long-header-line": ("long_header_line", [FROM, ("References", f" {LONG}")], b"",
                         "long-header-line:References=1212",
                         "550 5.6.0 .*: 1212 octets in the field References, at most 998; fold it"),
    "long-body-line": ("long_body_line", [FROM], f"Hello.\r\n{LONG}\r\n".encode(), "long-body-line=1200",
                       "550 5.6.0 .*: 1200 octets at octet 8 of the body, at most 998; break it"),
    "8bit-header": ("eight_bit_header", [FROM, ("Subject", " Grüße")], b"", "8bit-header:Subject",
                    "550 5.6.0 .* in the field Subject; encode it"),
    "8bit-body": ("eight_bit_body", [FROM, MIME], "Grüße\r\n".encode(), "8bit-body",
                  "550 5.6.3 .* at octet 2 of the body; send quoted-printable"),
    "8bit-undeclared": ("eight_bit_undeclared", [FROM], "Grüße\r\n".encode(), "8bit-undeclared",
                        "550 5.6.0 .* at octet 2 of the body; send MIME"),
    "bare-cr": ("bare_cr", [FROM], b"a\rb\r\n", "bare-cr", "550 5.6.0 .* at octet 1 of the body; end lines"),
    "bare-lf": ("bare_lf", [FROM], b"a\nb\r\n", "bare-lf", "550 5.6.0 .* at octet 1 of the body; end lines"),
    "nul": ("nul", [FROM], b"a\0b\r\n", "nul", "550 5.6.0 .* at octet 1 of the body; send base64"),
}
DEFAULTS = {"no-from": "skip", "several-from": "reject"}  # of all others: sign

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def daemons(signetd):
    """{action: a daemon that does this with every flaw}; "default" says nothing of it."""
    made = {}
    for action in ("default", "sign", "skip", "reject"):
        settings = {setting: action for setting, *_ in FLAWS.values()}
        if action == "sign":
            del settings["no_from"], settings["several_from"]
        made[action] = signetd(settings={} if action == "default" else {"fit": settings})
        made[action].have_key("example.com")
    return made


def offer(daemon, header, body, **options):
    """The milter's last word on a message, and what the log says of it."""
    queue_id = f"FIT{next(_numbers)}"
    with Connection(daemon.milter_socket) as connection:
        reply = connection.open_message(header=header, body=body, queue_id=queue_id, **options)
        reply = reply or connection.end_message()
    return reply, logged(daemon, queue_id)


def logged(daemon, queue_id):
    daemon.wait_for_log(rf"\bqueue_id={queue_id} ")
    [line] = daemon.log_lines(rf"\bqueue_id={queue_id} ")
    return {name: value.strip('"') for name, value in re.findall(r'(\w+)=("[^"]*"|\S*)', line)}


# What is done with each flaw.

@pytest.mark.parametrize("action", ["default", "sign", "skip", "reject"])
@pytest.mark.parametrize("flaw", FLAWS)
def test_with_each_flaw_is_done_what_the_configuration_says(daemons, flaw, action):
    _, header, body, said, told = FLAWS[flaw]
    done = DEFAULTS.get(flaw, "sign") if action == "default" or (action == "sign" and flaw in DEFAULTS) else action

    reply, line = offer(daemons[action], header, body)

    assert reply.goes_on if done != "reject" else reply.verdict == "reject"
    assert [name for name, _ in reply.inserted] == ["DKIM-Signature"] * (done == "sign")
    assert (line["decision"], line["reason"]) == (done, "signed" if done == "sign" else flaw)
    assert line["fit"] == said
    if done == "reject":
        assert re.fullmatch(f"{told}.*", reply.text), reply.text


@pytest.mark.parametrize("action", ["default", "reject"])
def test_mail_without_a_flaw_is_signed_and_nothing_is_said(daemons, action):
    header = [FROM, MIME, *[("Received", " by x")] * 3, ("Subject", f" {'w' * 980}\n {'w' * 997}")]

    reply, line = offer(daemons[action], header, b"w" * 998 + b"\r\n" + b"w" * 998)

    assert len(reply.inserted) == 1 and line["decision"] == "sign" and "fit" not in line


def test_all_flaws_are_told_and_the_strongest_action_is_taken(signetd):
    daemon = signetd(settings={"fit": {"nul": "skip", "eight_bit_body": "reject"}})
    daemon.have_key("example.com")

    reply, line = offer(daemon, [FROM, SUBJECT, SUBJECT, MIME], f"{LONG}ü\0".encode())

    assert (reply.verdict, line["reason"]) == ("reject", "8bit-body")
    assert line["fit"] == "duplicate-field:Subject,long-body-line=1203,8bit-body,nul"


def test_a_flaw_of_the_header_ends_a_message_before_its_body(daemons):
    with Connection(daemons["reject"].milter_socket) as connection:
        assert connection.open_message(header=[FROM, SUBJECT, SUBJECT], body=b"Hello.\r\n").verdict == "reject"


def test_what_is_not_ours_is_not_judged(daemons):
    queue_id = f"FIT{next(_numbers)}"
    with Connection(daemons["reject"].milter_socket, client="198.51.100.7") as connection:
        reply = connection.open_message(header=[FROM, FROM], queue_id=queue_id)
        reply = reply or connection.end_message()

    line = logged(daemons["reject"], queue_id)
    assert (reply.goes_on, line["reason"]) == (True, "not-ours") and "fit" not in line


def test_mail_without_a_key_is_not_refused_for_a_flaw(daemons):
    reply, line = offer(daemons["reject"], [("From", " bob@nokey.example"), SUBJECT, SUBJECT], b"")

    assert (reply.goes_on, line["reason"], line["fit"]) == (True, "no-key", "duplicate-field:Subject")


def test_a_notice_goes_on_unsigned_rather_than_be_lost(daemons):
    reply, line = offer(daemons["reject"], [FROM], b"a\0b\r\n", sender="<>")

    assert (reply.goes_on, reply.inserted, line["decision"], line["reason"]) == (True, [], "skip", "nul")


def test_line_max_says_what_is_long(signetd):
    daemon = signetd(settings={"fit": {"line_max": 990, "long_body_line": "reject"}})
    daemon.have_key("example.com")

    for octets, is_short in ((990, True), (991, False)):
        assert offer(daemon, [FROM], b"w" * octets + b"\r\n")[0].goes_on == is_short


@pytest.mark.parametrize("cut", [1, 2, 7, 997, 65535])
def test_where_the_body_is_cut_makes_no_difference(daemons, monkeypatch, cut):
    monkeypatch.setattr("support.mta.BODY_CHUNK", cut)
    body = (b"a line that is short\r\n" * 90 + b"w" * 999 + b"\r\n" + "ü".encode() + b"\r\n")

    reply, line = offer(daemons["default"], [FROM, MIME], body)

    assert len(reply.inserted) == 1
    assert line["fit"] == "long-body-line=999,8bit-body"


# Through real mail servers: signed mail verifies where it arrives, or the log had said that it may not.

FIELDS = {"From": "Alice <alice@example.com>", "To": "bob@example.net", "Subject": "hi",
          "Date": "Fri, 20 Nov 2026 10:00:00 +0000", "Message-ID": "<1@example.com>"}
DECLARED = {"MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}


def mail(change=(), body="Hello.\r\n"):
    fields = {**FIELDS, **dict(change)}
    return samples.message(*(f"{name}: {value}" for name, value in fields.items()), body=body)


DIRECT = "define(`SMART_HOST', `esmtp:[127.0.0.1]')dnl"  # as mail goes out to the world
LENIENT = {"smtp_line_length_limit": "0", "disable_mime_output_conversion": "yes"}

# {what: (message, what the log says of it; None: nothing, and no server breaks it)}
JOURNEYS = {
    "nothing": (mail(), None),
    "a body line of 998 octets": (mail(body="w" * 998 + "\r\n"), None),
    "a body line of 999 octets": (mail(body="w" * 999 + "\r\n"), "long-body-line=999"),
    "a body line of 1100 octets": (mail(body="w" * 1100 + "\r\n"), "long-body-line=1100"),
    "a Subject of 999 octets": (mail({"Subject": "w" * 990}), "long-header-line:Subject=999"),
    "a To of 1100 octets": (mail({"To": ", ".join(["bob@example.net"] * 65)}), "long-header-line:To=1107"),
    "References of 1100 octets": (mail({"References": " ".join(["<1234567890@example.com>"] * 44)}),
                                  "long-header-line:References=1111"),
    "a folded Subject of 1980 octets": (mail({"Subject": "w" * 980 + "\r\n " + "w" * 989}), None),
    "8-bit text, declared": (mail(DECLARED, "Grüße\r\n"), "8bit-body"),
    "8-bit text, not declared": (mail(body="Grüße\r\n"), "8bit-undeclared"),
    "two Subjects": (mail({"subject": "again"}), "duplicate-field:Subject"),
    "two To": (mail({"TO": "carol@example.net"}), "duplicate-field:To"),
}


@pytest.fixture(scope="module")
def signer(signetd, names):
    daemon = signetd(as_root=I_AM_ROOT)
    daemon.have_key("example.com", names=names)
    return daemon


@pytest.fixture(scope="module")
def narrow_sink(make_sink):
    """A server without 8BITMIME and SMTPUTF8."""
    return make_sink(extensions=("PIPELINING",))


@pytest.fixture(scope="module")
def postfixes(signer, postfix, sink, narrow_sink):
    """{whether it is told to leave mail as it is: {whether the next server has 8BITMIME: (Postfix, that server)}}"""
    return {lenient: {wide: (postfix(signer.postfix_milter, sink=target, knobs=LENIENT if lenient else {}), target)
                      for wide, target in ((True, sink), (False, narrow_sink))} for lenient in (False, True)}


def deliver(mta, target, message):
    recipient = samples.fresh_recipient()
    reply = mta.submit_smtp(message, recipients=[recipient])
    assert reply.code == 250, reply
    return target.wait_for(recipient)


def passing(judges, message):
    """Whether all verifiers pass our signature; they agree."""
    verdicts = {name: [v.passed for v in said if v.domain == "example.com"] for name, said in
                judges.all(message).items()}
    assert sorted(verdicts) == sorted(JUDGES["rsa-sha256"])
    [agreed] = {tuple(passed) for passed in verdicts.values()}
    return agreed == (True,)


@pytest.mark.parametrize("wide", [True, False], ids=["8bitmime", "no-8bitmime"])
@pytest.mark.parametrize("journey", JOURNEYS)
def test_what_postfix_delivers_verifies_or_the_log_had_said_it(postfixes, signer, judges, journey, wide):
    message, expected = JOURNEYS[journey]

    arrival = deliver(*postfixes[False][wide], message)

    line = logged(signer, arrival.queue_id)
    assert (line["decision"], line.get("fit")) == ("sign", expected)
    assert passing(judges, arrival.data) or expected


BROKEN_BY_POSTFIX = ["a body line of 999 octets", "a Subject of 999 octets", "References of 1100 octets",
                     "8-bit text, declared"]


@pytest.mark.parametrize("journey", BROKEN_BY_POSTFIX)
def test_what_the_log_says_is_what_breaks(postfixes, judges, journey):
    arrival = deliver(*postfixes[False][False], JOURNEYS[journey][0])

    assert not passing(judges, arrival.data)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_postfix_that_leaves_mail_as_it_is_breaks_nothing(postfixes, judges, journey):
    arrival = deliver(*postfixes[True][False], JOURNEYS[journey][0])

    assert passing(judges, arrival.data)


@pytest.fixture(scope="module")
def strict(signetd, names):
    """A daemon that refuses what may break, with Sendmail's idea of a long line."""
    daemon = signetd(as_root=I_AM_ROOT, settings={"fit": {
        "line_max": 990, "long_header_line": "reject", "long_body_line": "reject", "eight_bit_body": "reject",
        "eight_bit_undeclared": "reject", "bare_cr": "reject", "nul": "reject"}})
    daemon.have_key("example.com", names=names)
    return daemon


@pytest.fixture(scope="module")
def strict_mtas(strict, postfix, sendmail, narrow_sink):
    return {"postfix": postfix(strict.postfix_milter, sink=narrow_sink),
            "sendmail": sendmail(strict.sendmail_milter, sink=narrow_sink, knobs=(DIRECT,))}


@pytest.mark.parametrize("mta", ["postfix", "sendmail"])
@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_signer_that_refuses_what_may_break_signs_nothing_that_does(
        strict_mtas, narrow_sink, judges, mta, journey):
    recipient = samples.fresh_recipient()
    reply = strict_mtas[mta].submit_smtp(JOURNEYS[journey][0], recipients=[recipient])
    if reply.code == 250:
        assert passing(judges, narrow_sink.wait_for(recipient).data)
    else:
        assert re.match(r"550 5\.6\.[03] .*; ", str(reply)), reply
        assert JOURNEYS[journey][1] or "998" in journey


@pytest.mark.parametrize("mta", ["postfix", "sendmail"])
def test_the_sender_is_told_by_a_real_server(strict_mtas, mta):
    reply = strict_mtas[mta].submit_smtp(JOURNEYS["References of 1100 octets"][0])

    assert str(reply) == ("550 5.6.0 A line of the header is too long: 1111 octets in the field References, at most "
                          "990; fold it (RFC 5322 section 2.2.3)")


# explain says the same of a message before it is sent.

@pytest.mark.parametrize("action", ["default", "sign", "skip", "reject"])
@pytest.mark.parametrize("flaw", [flaw for flaw in FLAWS if flaw != "bare-lf"])  # which in a file is the end of a line
def test_explain_says_of_each_flaw_what_the_milter_does(daemons, flaw, action):
    _, header, body, *_ = FLAWS[flaw]
    reply, line = offer(daemons[action], header, body)

    text = "".join(f"{name}:{value}\r\n" for name, value in header) + "\r\n" + body.decode()
    answer = daemons[action].ctl("explain", "-", check=False, input=text)

    assert (answer["decision"], answer["reason"], answer["flaws"]) == (line["decision"], line["reason"], [flaw])
    assert bool(answer["code"]) == (reply.verdict == "reject")
    if answer["code"]:  # with the place
        assert reply.text == f"{answer['code']} {answer['enhanced_code']} {answer['text']}"


# {settings of fit: reason}: a CR of the header is known before the NUL of the body, one of the body is not
CR_AND_NUL = {("skip", "reject"): {"header": "bare-cr", "body": "nul"},
              ("reject", "skip"): {"header": "bare-cr", "body": "bare-cr"},
              ("sign", "reject"): {"header": "nul", "body": "nul"}}


@pytest.mark.parametrize("bare_cr, nul", CR_AND_NUL)
def test_a_flaw_of_the_header_is_asked_about_before_those_of_the_body(signetd, bare_cr, nul):
    daemon = signetd(settings={"fit": {"bare_cr": bare_cr, "nul": nul}})
    daemon.have_key("example.com")

    for place, reason in CR_AND_NUL[bare_cr, nul].items():
        header, body = ([FROM, ("Subject", " a\rb")], "a\0b\r\n") if place == "header" else ([FROM], "a\rb\0\r\n")
        text = "".join(f"{name}:{value}\r\n" for name, value in header) + f"\r\n{body}"
        answer = daemon.ctl("explain", "-", check=False, input=text)
        assert [answer["reason"], answer["decision"]] == [reason, bare_cr if reason == "bare-cr" else nul]
        line = offer(daemon, header, body.encode())[1]
        assert (answer["decision"], answer["reason"]) == (line["decision"], line["reason"])


@pytest.mark.parametrize("flaws, said", [([{"flaw": "nul"}, {"flaw": "nothing"}], 'flaw "nothing" is none of'),
                                         ([{"flaw": "nul"}] * 12, "flaws has more than 11"), ([{}], "flaw is missing"),
                                         ([{"flaw": "nul", "at": -1}], "at is not between"),
                                         ([{"flaw": "8bit-header", "field": ""}], "field is empty")])
def test_explain_names_what_is_no_flaw(daemons, flaws, said):
    with Control(daemons["default"].control_socket) as control:
        control.send("Explain", **{"from": ["example.com"], "flaws": flaws})
        answer = control.receive_any()

    assert said in answer["parameters"]["message"], answer


# What the milter never sees: the servers mend or refuse it before.

def odd(octets, where):
    return samples.plain().replace(*{"header": (b"Hello\r\n", b"Hel" + octets + b"lo\r\n", 1),
                                     "body": (b"Hello.\r\n", b"Hel" + octets + b"lo.\r\n")}[where])


@pytest.mark.parametrize("octets, where, subject, text", [
    (b"\r", "header", b"Hel lo", b"Hello."), (b"\r", "body", b"Hello", b"Hel lo."),
    (b"\n", "body", b"Hello", b"Hel\r\nlo."), (b"\0", "header", b"Hel", b"Hello.")],
    ids=["cr-header", "cr-body", "lf-body", "nul-header"])
def test_postfix_mends_it_before_it_is_signed(postfixes, signer, judges, octets, where, subject, text):
    arrival = deliver(*postfixes[False][True], odd(octets, where))

    assert arrival.fields("Subject") == [b"Subject: " + subject] and arrival.data.endswith(b"\r\n\r\n" + text + b"\r\n")
    assert "fit" not in logged(signer, arrival.queue_id) and passing(judges, arrival.data)


@pytest.mark.parametrize("setting, code, text", [("message_strip_characters", 250, b"Hello.\r\n"),
                                                 ("message_reject_characters", 550, None)])
def test_postfix_takes_nul_away_or_refuses_it_when_told_so(signer, postfix, sink, judges, setting, code, text):
    mta, recipient = postfix(signer.postfix_milter, knobs={setting: r"\0"}), samples.fresh_recipient()

    assert mta.submit_smtp(odd(b"\0", "body"), recipients=[recipient]).code == code

    if text:
        arrival = sink.wait_for(recipient)
        assert arrival.data.endswith(text) and "fit" not in logged(signer, arrival.queue_id)
        assert passing(judges, arrival.data)


@pytest.fixture(scope="module")
def sendmail_before(signer, sendmail):
    return sendmail(signer.sendmail_milter)


@pytest.mark.parametrize("octets, where", [(b"\r", "header"), (b"\r", "body"), (b"\n", "body")])
def test_sendmail_refuses_it_itself(sendmail_before, octets, where):
    assert sendmail_before.submit_smtp(odd(octets, where)).code == 421


@pytest.mark.parametrize("mta", ["postfix", "sendmail"])
def test_a_nul_in_the_body_goes_through_and_the_log_says_it(postfixes, sendmail_before, sink, signer, mta):
    server = sendmail_before if mta == "sendmail" else postfixes[False][True][0]

    arrival = deliver(server, sink, odd(b"\0", "body"))

    assert b"Hel\0lo.\r\n" in arrival.data and logged(signer, arrival.queue_id)["fit"] == "nul"


def test_8bit_text_in_the_header_of_smtputf8_mail_is_no_flaw(daemons):
    with Connection(daemons["reject"].milter_socket) as connection:
        reply = connection.open_message(sender="<alice@example.com>\0SMTPUTF8", queue_id="UTF8",
                                        header=[FROM, ("Subject", " Grüße")]) or connection.end_message()

    assert len(reply.inserted) == 1 and "fit" not in logged(daemons["reject"], "UTF8")


def test_sendmail_takes_a_nul_out_of_a_field_before_it_is_signed(sendmail_before, sink, signer, judges):
    arrival = deliver(sendmail_before, sink, odd(b"\0", "header"))

    assert arrival.fields("Subject") == [b"Subject: Hello"]
    assert "fit" not in logged(signer, arrival.queue_id) and passing(judges, arrival.data)


@pytest.mark.parametrize("journey", ["8-bit text, not declared", "two Subjects", "two To"])
def test_what_postfix_leaves_as_it_is(postfixes, judges, journey):
    arrival = deliver(*postfixes[False][False], JOURNEYS[journey][0])

    assert passing(judges, arrival.data)


# try shows what the sender would be told.

@pytest.mark.parametrize("action, verdict", [("reject", "reject"), ("skip", "accept"), ("default", "accept")])
def test_try_shows_what_comes_of_a_flaw(daemons, action, verdict):
    done = daemons[action].ctl("try", "-", check=False, input=mail(body=f"{LONG}\r\n").decode())

    assert done["reply"] == verdict
    assert len(done["changes"]) == (action == "default")
    assert (" at most 998; break it" in done["text"]) == (action == "reject")


# The page.

def page_rows(title):
    """The cells of the first table behind these words."""
    page = (REPOSITORY / "docs/fit.md").read_text().partition(title)[2]
    lines = itertools.takewhile(lambda line: line.startswith("|"), page.partition("\n| --- ")[2].splitlines()[1:])
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_has_every_flaw_its_setting_and_its_default():
    rows = page_rows("sent. Mail that is not ours")

    assert [(row[0], row[1], row[2]) for row in rows] == [
        (flaw, setting, DEFAULTS.get(flaw, "sign")) for flaw, (setting, *_) in FLAWS.items()]
    assert [row[4] for row in rows] == [told[:9] for *_, told in FLAWS.values()]


@pytest.fixture(scope="module")
def postfix_of_the_strict(daemons, postfix, sink):
    return postfix(daemons["reject"].postfix_milter, sink=sink)


def hand_in(server, message, recipient, *options):
    """With just these options of MAIL: what the server said last."""
    with smtplib.SMTP("127.0.0.1", server.port) as connection:
        connection.ehlo()
        connection.mail("alice@example.com", options)
        connection.rcpt(recipient)
        return connection.data(message)


UTF8_SUBJECT = samples.message("From: alice@example.com", "Subject: Grüße", "MIME-Version: 1.0")


def test_explain_and_try_say_of_smtputf8_mail_what_comes_of_it(daemons, postfix_of_the_strict, sink):
    """Postfix refuses what we refuse, and hands on what we sign."""
    for options, parameters in (([], ["BODY=8BITMIME"]), (["--smtputf8"], ["SMTPUTF8", "BODY=8BITMIME"])):
        recipient = samples.fresh_recipient()
        code, said = hand_in(postfix_of_the_strict, UTF8_SUBJECT, recipient, *parameters)
        explained, tried = (daemons["reject"].ctl(command, "-", *options, check=False, input=UTF8_SUBJECT.decode())
                            for command in ("explain", "try"))

        assert tried["explain"] == explained
        if options:
            assert code == 250 and sink.wait_for(recipient).fields("DKIM-Signature")
            assert (explained["reason"], explained["flaws"], tried["reply"]) == ("signed", [], "accept")
        else:
            assert (explained["reason"], explained["flaws"]) == ("8bit-header", ["8bit-header"])
            told = f"{explained['code']} {explained['enhanced_code']} {explained['text']}"
            assert told == tried["text"] == f"{code} {said.decode()}"
