# SPDX-License-Identifier: ISC
"""What may happen to a signed message on its way, and what other people's verifiers then say of the signature.

One row is one change. The tables say whether the signature survives it; every verifier must agree, for RSA and for
Ed25519, but for what _DEVIATIONS has, where it is wrong and says so by its reason.
"""

import re
from typing import Callable, NamedTuple

import pytest
from support import by_hand
from support.mta import signed
from support.proof import JUDGES
from support.verify import Unreadable

SURVIVES, BREAKS = True, False

CANONICALIZATIONS = ("relaxed/relaxed", "simple/simple")
SELECTORS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed"}

MESSAGE = b"""\
Received: from desk.example.com (desk.example.com [192.0.2.7])
\tby mail.example.com with ESMTPSA id 4711; Fri, 20 Nov 2026 10:00:00 +0000
Return-Path: <bounce@example.com>
From: Alice Example <alice@example.com>
Sender: secretary@example.com
Reply-To: answers@example.com
To: Bob <bob@example.net>,
\tCarol <carol@example.net>
Cc: Dave <dave@example.net>
Subject: Quarterly  report, and
 what to do about it
Date: Fri, 20 Nov 2026 10:00:00 +0000
Message-ID: <1@example.com>
In-Reply-To: <0@example.net>
References: <00@example.net> <0@example.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="cut"
Content-Transfer-Encoding: 7bit
List-Id: Reports <reports.example.com>
List-Unsubscribe: <https://example.com/u/1>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Feedback-ID: 1:reports:example
Resent-From: Erin <erin@example.com>
Resent-To: frank@example.net
Resent-From: Grace <grace@example.com>
Resent-To: heidi@example.net
X-Mailer: Quill 1.0
X-Trace: first
X-Trace: second

preamble

--cut
Content-Type: text/plain

Dear  Bob,

this is the report.
Yours, Alice

--cut
Content-Type: application/pdf; name="r.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3RoIDMgMCBSL0ZpbHRlci9GbGF0ZURl
Y29kZT4+CnN0cmVhbQp4nD2OywoCMQxF9/mKu3YRk7bpY5YKfoAgBFyKM7gQX4X5/8EUlOGwbOc=
--cut--
""".replace(b"\n", b"\r\n")

BARE = b"From: Alice Example <alice@example.com>\r\nX-Mailer: Quill 1.0\r\n\r\nHello.\r\n"


BOB, NEXT, CAROL = b"Bob <bob@example.net>", b",\r\n\t", b"Carol <carol@example.net>"
STRANGER = b"DKIM-Signature: v=1; a=rsa-sha256; d=other.example; s=x; h=from; bh=AA==; b=AA=="
OF_NOTHING = b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="  # SHA-256, base64


class Field(NamedTuple):
    """What one more field of this name does: on top of those that are there, below them, where there is none."""
    name: str
    value: str
    on_top: bool
    below: bool
    to_none: bool
    is_signed: bool = True


FIELDS = [
    #     name                         one more                                on top    below     where none is
    Field("From",                      "Mallory <mallory@example.org>",        BREAKS,   BREAKS,   None),
    Field("Reply-To",                  "mallory@example.org",                  BREAKS,   BREAKS,   BREAKS),
    Field("Subject",                   "You have won",                         BREAKS,   BREAKS,   BREAKS),
    Field("To",                        "mallory@example.org",                  BREAKS,   BREAKS,   BREAKS),
    Field("Cc",                        "mallory@example.org",                  BREAKS,   BREAKS,   BREAKS),
    Field("Sender",                    "mallory@example.org",                  BREAKS,   BREAKS,   SURVIVES),
    Field("Date",                      "Sat, 21 Nov 2026 10:00:00 +0000",      BREAKS,   BREAKS,   SURVIVES),
    Field("Message-ID",                "<2@example.org>",                      BREAKS,   BREAKS,   SURVIVES),
    Field("MIME-Version",              "1.0",                                  BREAKS,   BREAKS,   SURVIVES),
    Field("Content-Type",              'multipart/mixed; boundary="other"',    BREAKS,   BREAKS,   SURVIVES),
    Field("Content-Transfer-Encoding", "8bit",                                 BREAKS,   BREAKS,   SURVIVES),
    Field("In-Reply-To",               "<2@example.org>",                      BREAKS,   BREAKS,   SURVIVES),
    Field("References",                "<2@example.org>",                      BREAKS,   BREAKS,   SURVIVES),
    Field("List-Id",                   "<other.example.org>",                  SURVIVES, BREAKS,   SURVIVES),
    Field("List-Unsubscribe",          "<https://example.org/u>",              SURVIVES, BREAKS,   SURVIVES),
    Field("List-Unsubscribe-Post",     "List-Unsubscribe=Never",               SURVIVES, BREAKS,   SURVIVES),
    Field("Feedback-ID",               "2:other",                              SURVIVES, BREAKS,   SURVIVES),
    Field("Resent-From",               "mallory@example.org",                  SURVIVES, BREAKS,   SURVIVES),
    Field("Resent-To",                 "mallory@example.org",                  SURVIVES, BREAKS,   SURVIVES),
    Field("X-Mailer",                  "Other 2.0",                            SURVIVES, SURVIVES, SURVIVES, False),
    Field("X-Trace",                   "third",                                SURVIVES, SURVIVES, SURVIVES, False),
    Field("Received",                  "by mx.example.net; 20 Nov 2026 10:00", SURVIVES, SURVIVES, SURVIVES, False),
    Field("Return-Path",               "<other@example.org>",                  SURVIVES, SURVIVES, SURVIVES, False),
    Field("Authentication-Results",    "mx.example.net; dkim=pass",            SURVIVES, SURVIVES, SURVIVES, False),
    Field("Bcc",                       "mallory@example.org",                  SURVIVES, SURVIVES, SURVIVES, False),
]


class Row(NamedTuple):
    relaxed: bool
    simple: bool
    what: str
    change: Callable


# ---- changes --------------------------------------------------------------------------------------------------------

def replaced(old, new):
    """One place of the message, which must be there once."""
    def change(message):
        assert message.count(old) == 1, old
        return message.replace(old, new)
    return change


def untouched(message):
    return message


def appended(text):
    return lambda message: message + text


def cut_off(text):
    return lambda message: _checked(message.removesuffix(text), message)


def on_top(field):
    return lambda message: field + b"\r\n" + message


def below(field):
    """Under the last field of the header."""
    return lambda message: message.replace(b"\r\n\r\n", b"\r\n" + field + b"\r\n\r\n", 1)


def without(name):
    """None of the fields of this name."""
    def change(message):
        header, end, body = message.partition(b"\r\n\r\n")
        kept = [field for field in _fields(header) if not _is_named(field, name)]
        return _checked(b"\r\n".join(kept) + end + body, message)
    return change


def swapped(name):
    """The two fields of this name, one in the place of the other."""
    def change(message):
        header, end, body = message.partition(b"\r\n\r\n")
        fields = _fields(header)
        first, second = [at for at, field in enumerate(fields) if _is_named(field, name)]
        fields[first], fields[second] = fields[second], fields[first]
        return b"\r\n".join(fields) + end + body
    return change


def each_signature(old, new):
    """A regular expression, and what stands there instead, in each DKIM-Signature field."""
    def change(message):
        header, end, body = message.partition(b"\r\n\r\n")
        fields = [_checked(re.sub(old, new, field, count=1), field) if _is_named(field, b"DKIM-Signature") else field
                  for field in _fields(header)]
        return b"\r\n".join(fields) + end + body
    return change


def another_character(match):
    return match[1] + (b"B" if match[2] == b"A" else b"A")


def the_other(match):
    return b"c=simple/simple" if match[1] == b"relaxed" else b"c=relaxed/relaxed"


def signatures_moved_down(message):
    header, end, body = message.partition(b"\r\n\r\n")
    fields = _fields(header)
    return b"\r\n".join(sorted(fields, key=lambda field: _is_named(field, b"DKIM-Signature"))) + end + body


def other_fields_sorted(message):
    """By name, so that those of one name stay in their order."""
    header, end, body = message.partition(b"\r\n\r\n")
    return b"\r\n".join(sorted(_fields(header), key=lambda field: field.partition(b":")[0])) + end + body


def _fields(header):
    return re.split(rb"\r\n(?![ \t])", header)


def _is_named(field, name):
    return field.partition(b":")[0].rstrip().lower() == name.lower()


def _checked(new, old):
    assert new != old, "nothing to change there"
    return new


# ---- what happens to the message ------------------------------------------------------------------------------------

ROWS = [
    #   relaxed   simple    what, change
    Row(SURVIVES, SURVIVES, "nothing", untouched),

    # Text of signed fields.
    Row(BREAKS,   BREAKS,   "a tag before the subject", replaced(b"Subject: ", b"Subject: [list] ")),
    Row(BREAKS,   BREAKS,   "a letter of the subject in upper case", replaced(b"and\r\n what", b"and\r\n What")),
    Row(BREAKS,   BREAKS,   "the subject encoded", replaced(b"report, and", b"=?us-ascii?q?report=2C?= and")),
    Row(BREAKS,   BREAKS,   "the sender's name in quotes", replaced(b"Alice Example", b'"Alice Example"')),
    Row(BREAKS,   BREAKS,   "a recipient taken away", replaced(BOB + NEXT + CAROL, BOB)),
    Row(BREAKS,   BREAKS,   "recipients in another order", replaced(BOB + NEXT + CAROL, CAROL + NEXT + BOB)),
    Row(BREAKS,   BREAKS,   "the time zone written otherwise", replaced(b"+0000\r\nMessage", b"GMT\r\nMessage")),
    Row(BREAKS,   BREAKS,   "quotes around the boundary taken away", replaced(b'"cut"', b"cut")),

    # White space, folding, and case of names of signed fields.
    Row(SURVIVES, BREAKS,   "a field folded where there was a space", replaced(b"report, and", b"report,\r\n and")),
    Row(SURVIVES, BREAKS,   "a field unfolded", replaced(b"and\r\n what", b"and what")),
    Row(SURVIVES, BREAKS,   "a fold of a tab instead of a space", replaced(b"and\r\n what", b"and\r\n\twhat")),
    Row(SURVIVES, BREAKS,   "a fold right behind the name", replaced(b"Message-ID: ", b"Message-ID:\r\n ")),
    Row(BREAKS,   BREAKS,   "a fold where there was no space", replaced(b"<1@example.com>", b"<1@\r\n example.com>")),
    Row(BREAKS,   BREAKS,   "a space where there was none", replaced(b"<1@example.com>", b"< 1@example.com>")),
    Row(SURVIVES, BREAKS,   "two spaces made one", replaced(b"Quarterly  report", b"Quarterly report")),
    Row(SURVIVES, BREAKS,   "one space made two", replaced(b"Alice Example", b"Alice  Example")),
    Row(BREAKS,   BREAKS,   "a space made none", replaced(b"Alice Example", b"AliceExample")),
    Row(SURVIVES, BREAKS,   "white space at the end of a field", replaced(b"<1@example.com>", b"<1@example.com> \t")),
    Row(SURVIVES, BREAKS,   "no space behind the colon", replaced(b"Sender: ", b"Sender:")),
    Row(SURVIVES, BREAKS,   "two spaces behind the colon", replaced(b"Sender: ", b"Sender:  ")),
    Row(SURVIVES, BREAKS,   "a space before the colon", replaced(b"Sender: ", b"Sender : ")),
    Row(SURVIVES, BREAKS,   "a name in upper case", replaced(b"Sender: ", b"SENDER: ")),

    # Order.
    Row(BREAKS,   BREAKS,   "two signed fields of one name swapped", swapped(b"Resent-From")),
    Row(SURVIVES, SURVIVES, "two fields not signed swapped", swapped(b"X-Trace")),
    Row(SURVIVES, SURVIVES, "fields of different names in another order", other_fields_sorted),
    Row(SURVIVES, SURVIVES, "the signatures below all other fields", signatures_moved_down),

    # The body.
    Row(BREAKS,   BREAKS,   "a footer", appended(b"-- \r\nThis list is read by many.\r\n")),
    Row(BREAKS,   BREAKS,   "a footer within the text", replaced(b"Alice\r\n", b"Alice\r\n\r\nSent by Quill\r\n")),
    Row(SURVIVES, BREAKS,   "white space at the end of a line", replaced(b"the report.\r\n", b"the report. \t\r\n")),
    Row(BREAKS,   BREAKS,   "white space at the start of a line", replaced(b"this is the", b" this is the")),
    Row(SURVIVES, BREAKS,   "two spaces in a line made one", replaced(b"Dear  Bob", b"Dear Bob")),
    Row(SURVIVES, BREAKS,   "a space in a line made a tab", replaced(b"Yours, Alice", b"Yours,\tAlice")),
    Row(BREAKS,   BREAKS,   "a space in a line made none", replaced(b"Yours, Alice", b"Yours,Alice")),
    Row(SURVIVES, SURVIVES, "empty lines at the end", appended(b"\r\n\r\n\r\n")),
    Row(SURVIVES, BREAKS,   "lines of white space at the end", appended(b" \t\r\n \r\n")),
    Row(SURVIVES, SURVIVES, "no line end at the end", cut_off(b"\r\n")),
    Row(BREAKS,   BREAKS,   "an empty line more in the text", replaced(b"Bob,\r\n\r\n", b"Bob,\r\n\r\n\r\n")),
    Row(BREAKS,   BREAKS,   "an empty line less in the text", replaced(b"Bob,\r\n\r\n", b"Bob,\r\n")),
    Row(BREAKS,   BREAKS,   "an empty line before the text", replaced(b"\r\n\r\npreamble", b"\r\n\r\n\r\npreamble")),
    Row(BREAKS,   BREAKS,   "a line wrapped", replaced(b"this is the report", b"this is\r\nthe report")),
    Row(BREAKS,   BREAKS,   "a line quoted for mailboxes", replaced(b"this is the report", b">this is the report")),
    Row(BREAKS,   BREAKS,   "one character of an attachment", replaced(b"JVBERi0xLjQ", b"JVBERi0xLjU")),
    Row(BREAKS,   BREAKS,   "an attachment wrapped otherwise", replaced(b"ZURl\r\nY29k", b"ZURlY29k")),
    Row(BREAKS,   BREAKS,   "a header field of a part", replaced(b'name="r.pdf"', b'name="s.pdf"')),
    Row(BREAKS,   BREAKS,   "the last line", cut_off(b"--cut--\r\n")),

    # Other signatures.
    Row(SURVIVES, SURVIVES, "a signature of somebody else, without a key", on_top(STRANGER)),
    Row(SURVIVES, SURVIVES, "the same below", below(STRANGER)),
    Row(SURVIVES, SURVIVES, "a signature that is none", on_top(b"DKIM-Signature: none")),

    # The signature itself: all of it is signed, but for the value of b=.
    Row(BREAKS,   BREAKS,   "b=: another character", each_signature(rb"([;\s]b=)(.)", another_character)),
    Row(BREAKS,   BREAKS,   "b=: half of it gone", each_signature(rb"([;\s]b=.{40})[\s\S]*", rb"\1")),
    Row(BREAKS,   BREAKS,   "b=: empty", each_signature(rb"([;\s]b=)[\s\S]*", rb"\1")),
    Row(SURVIVES, SURVIVES, "b=: folded otherwise", each_signature(rb"([;\s]b=.{10})", rb"\1\r\n\t ")),
    Row(BREAKS,   BREAKS,   "bh=: of another body", each_signature(rb"bh=[^;]*", b"bh=" + OF_NOTHING)),
    Row(BREAKS,   BREAKS,   "bh=: a space in it", each_signature(rb"(bh=.{5})", rb"\1 ")),
    Row(BREAKS,   BREAKS,   "h=: a name taken away", each_signature(rb"Subject:", b"")),
    Row(BREAKS,   BREAKS,   "h=: a name taken away that names nothing", each_signature(rb"From:From:", b"From:")),
    Row(BREAKS,   BREAKS,   "h=: one more name that names nothing", each_signature(rb"h=From:", b"h=X-Absent:From:")),
    Row(BREAKS,   BREAKS,   "h=: a name in lower case", each_signature(rb"h=From", b"h=from")),
    Row(BREAKS,   BREAKS,   "h=: without From", each_signature(rb"From:From:", b"")),
    Row(BREAKS,   BREAKS,   "d=: another domain", each_signature(rb"d=example\.com", b"d=example.org")),
    Row(BREAKS,   BREAKS,   "d=: in upper case", each_signature(rb"d=example\.com", b"d=EXAMPLE.COM")),
    Row(BREAKS,   BREAKS,   "s=: a selector without a record", each_signature(rb"([;\s]s=)", rb"\1no-")),
    Row(BREAKS,   BREAKS,   "t=: another time", each_signature(rb"([;\s]t=)\d+", rb"\g<1>1")),
    Row(BREAKS,   BREAKS,   "a=: another hash", each_signature(rb"-sha256", b"-sha1")),
    Row(BREAKS,   BREAKS,   "c=: the other canonicalization", each_signature(rb"c=(\w+)/(\w+)", the_other)),
    Row(BREAKS,   BREAKS,   "v=: another version", each_signature(rb"v=1", b"v=2")),
    Row(BREAKS,   BREAKS,   "l= put in, of no octets", each_signature(rb"([;\s])b=", rb"\1l=0; b=")),
    Row(BREAKS,   BREAKS,   "x= put in, in the future", each_signature(rb"([;\s])b=", rb"\1x=9999999999; b=")),
    Row(BREAKS,   BREAKS,   "i= put in", each_signature(rb"([;\s])b=", rb"\1i=@example.com; b=")),
    Row(BREAKS,   BREAKS,   "an unknown tag put in", each_signature(rb"([;\s])b=", rb"\1y=1; b=")),
    Row(BREAKS,   BREAKS,   "two tags swapped", each_signature(rb"(s=[^;]*); (t=\d*)", rb"\2; \1")),
    Row(SURVIVES, BREAKS,   "the field folded otherwise", each_signature(rb";\r\n\t", rb"; ")),
    Row(SURVIVES, BREAKS,   "the field's name in lower case", each_signature(rb"^DKIM-Signature", b"dkim-signature")),
]

# ---- the tests ------------------------------------------------------------------------------------------------------

# Where a verifier is wrong: (what, judge, canonicalization): why. There the signature must be right by hand.
_DEVIATIONS = {
    ("a space before the colon", "dkimpy", "relaxed"): "does not find a field so written (RFC 6376 §3.4.2)",
    ("no line end at the end", "opendkim", "relaxed"): "does not complete the last line (§3.4.4); SMTP always does",
    ("no line end at the end", "mail_dkim", "simple"): "does not complete the last line (§3.4.3); SMTP always does",
    ("a signature that is none", "opendkim", "relaxed"): "refuses the whole message, not the one signature (§6.1)",
    ("a signature that is none", "opendkim", "simple"): "refuses the whole message, not the one signature (§6.1)",
}

FIELDS_THERE = [field for field in FIELDS if f"\n{field.name}:".encode() in MESSAGE]
FIELDS_THAT_MAY_BE_ABSENT = [field for field in FIELDS if field.to_none is not None]


class Signer:
    """Signs by the milter protocol, each message once. how: the canonicalization of header and body."""

    def __init__(self, socket, how):
        self.how, self._socket, self._signed = how, socket, {}

    def __call__(self, message):
        if message not in self._signed:
            self._signed[message] = signed(self._socket, message)
        return self._signed[message]

    def selector(self, algorithm):
        return f"{SELECTORS[algorithm]}-{self.how}"


@pytest.fixture(scope="module", params=CANONICALIZATIONS)
def signer(request, signetd, names):
    """A daemon with an RSA and an Ed25519 key."""
    daemon = signetd(settings={"canonicalization": request.param})
    signer = Signer(daemon.milter_socket, request.param.partition("/")[0])
    for algorithm in SELECTORS:
        selector = signer.selector(algorithm)
        daemon.create_key("example.com", "--algorithm", algorithm, "--selector", selector,
                          "--alternate-selector", f"{selector}-next", names=names)
    return signer


@pytest.fixture(scope="module")
def check(signer, judges, names):
    """check(what, message, survives): everybody who can verify its signatures says whether they survived."""
    def check(what, message, survives):
        expected, found = {}, {}
        for algorithm in SELECTORS:
            selector = signer.selector(algorithm)
            for judge in JUDGES[algorithm]:
                deviates = (what, judge, signer.how) in _DEVIATIONS
                expected[judge, algorithm] = survives != deviates
                found[judge, algorithm] = passes(getattr(judges, judge), message, algorithm)
                assert not deviates or is_right_by_hand(message, selector, names) == survives
        assert found == expected, f"{what}:\n{message.decode(errors='replace')}"
    return check


def passes(ask, message, algorithm):
    """Whether there is any signature by such a key that passes, whatever became of its tags."""
    key_type = algorithm.partition("-")[0]
    try:
        return any(verdict.passed for verdict in ask(message) if verdict.algorithm.startswith(key_type))
    except Unreadable:
        return False


def is_right_by_hand(message, selector, names):
    field = next(field for field in _fields(message.partition(b"\r\n\r\n")[0]) if f"s={selector};".encode() in field)
    return by_hand.verifies(message, field, names.text)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_change_on_the_way(signer, check, row):
    check(row.what, row.change(signer(MESSAGE)), getattr(row, signer.how))


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_added_on_top(signer, check, field):
    check(f"{field.name} on top", on_top(_another(field))(signer(MESSAGE)), field.on_top)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_added_below(signer, check, field):
    check(f"{field.name} below", below(_another(field))(signer(MESSAGE)), field.below)


@pytest.mark.parametrize("field", FIELDS_THAT_MAY_BE_ABSENT, ids=lambda field: field.name)
def test_a_field_added_where_there_was_none(signer, check, field):
    check(f"{field.name} to none", below(_another(field))(signer(BARE)), field.to_none)


@pytest.mark.parametrize("field", FIELDS_THERE, ids=lambda field: field.name)
def test_a_field_taken_away(signer, check, field):
    check(f"{field.name} taken away", without(field.name.encode())(signer(MESSAGE)), not field.is_signed)


@pytest.mark.parametrize("field", FIELDS_THERE, ids=lambda field: field.name)
def test_a_field_changed(signer, check, field):
    start = f"\r\n{field.name}: ".encode()
    check(f"{field.name} changed", signer(MESSAGE).replace(start, start + b"x", 1), not field.is_signed)


def _another(field):
    return f"{field.name}: {field.value}".encode()
