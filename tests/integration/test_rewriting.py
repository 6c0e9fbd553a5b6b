# SPDX-License-Identifier: ISC
"""What mail servers change in a message after it was signed, what that does to the signature, and how to avoid it.

Each row is a message really delivered and really judged: with the settings under which the change happens, and, by
another test, with those that avoid it. docs/mta.md is this table for people; the last test compares the two.
"""

from typing import NamedTuple

import pytest
from support import samples, sender
from support.servers import REPOSITORY
from support.twins import unanimous

SURVIVES, BREAKS = True, False

SIGN_BEHIND = "a second Sendmail that signs"

FIELDS = {"From": "Alice <alice@example.com>", "To": "bob@example.net", "Subject": "hi",
          "Date": "Fri, 20 Nov 2026 10:00:00 +0000", "Message-ID": "<1@example.com>"}
LONG = "w" * 1200
VERY_LONG = "w" * 2400
SIX = ", ".join(f"Person {number} <person{number}@department.example.net>" for number in range(6))
EIGHT_BIT = {"MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
GREETING = "Grüße\r\n"


def mail(change=(), body="Hello.\r\n"):
    """change: {name: value} of other fields, and of more; None takes the field away."""
    fields = {**FIELDS, **dict(change)}
    return samples.message(*(f"{name}: {value}" for name, value in fields.items() if value is not None), body=body)


class Change(NamedTuple):
    """message: becomes what has these octets in it, under these settings; so the two signatures survive or break.
    avoided_by: other settings, SIGN_BEHIND, or nothing where nobody needs to."""
    what: str
    relaxed: bool
    simple: bool
    message: bytes
    becomes: bytes
    settings: object
    avoided_by: object = None
    has_8bitmime: bool = True  # the next server


# ---- Sendmail -------------------------------------------------------------------------------------------------------

SECOND = ("define(`confDOMAIN_NAME', `second.signetd.test')dnl", "define(`RELAY_MAILER_LL', `0')dnl")
DIRECT = "define(`SMART_HOST', `esmtp:[127.0.0.1]')dnl"  # as mail goes out to the world, not by the mailer "relay"
MASQUERADING = ("MASQUERADE_AS(`example.com')dnl", "MASQUERADE_DOMAIN(`desk.example.com')dnl")
GENERICS = ("FEATURE(`genericstable', `text -k0 -v1 {generics}')dnl", "GENERICS_DOMAIN(`example.com')dnl")
CANONIFY = "undefine(`_NO_CANONIFY_')dnl"  # the tests' Sendmail has FEATURE(`nocanonify')
NO_QUOTES = "define(`confMUST_QUOTE_CHARS', `')dnl"
NO_RECIPIENTS = "define(`confNO_RCPT_ACTION', `add-to-undisclosed')dnl"
AS_IT_IS = "define(`confNO_RCPT_ACTION', `none')dnl"
KEEP_8BIT = "MODIFY_MAILER_FLAGS(`ESMTP', `+8')dnl"
ANY_LENGTH = "define(`SMTP_MAILER_LL', `0')dnl"
ANY_LENGTH_RELAYED = "define(`RELAY_MAILER_LL', `0')dnl"
ANY_PARAMETER = "define(`confMAX_MIME_HEADER_LENGTH', `0/0')dnl"

SENDMAIL = [
    Change("a list of addresses is wrapped anew", SURVIVES, BREAKS,
           mail({"To": SIX}), b"net>,\r\n        Person 1 <", (), SIGN_BEHIND),
    Change("a list in several lines is joined", SURVIVES, BREAKS,
           mail({"Cc": "a@example.net,\r\n\tb@example.net"}), b"Cc: a@example.net, b@example.net\r\n", (), SIGN_BEHIND),
    Change("white space at the end of addresses goes", SURVIVES, BREAKS,
           mail({"Sender": "alice@example.com  "}), b"Sender: alice@example.com\r\n", (), SIGN_BEHIND),
    Change("a space is put behind each comma between addresses", BREAKS, BREAKS,
           mail({"To": "a@example.net,b@example.net"}), b"To: a@example.net, b@example.net\r\n", (), SIGN_BEHIND),
    Change("a space is put behind each comma between authors", BREAKS, BREAKS,
           mail({"From": "alice@example.com,carol@example.com", "Sender": "alice@example.com"}),
           b"From: alice@example.com, carol@example.com\r\n", (), SIGN_BEHIND),
    Change("a name with a . is put in quotes", BREAKS, BREAKS,
           mail({"From": "Alice B. Example <alice@example.com>"}), b'From: "Alice B. Example" <', (), (NO_QUOTES,)),
    Change("a name with a ' is put in quotes", BREAKS, BREAKS,
           mail({"To": "Charlie O'Brien <bob@example.net>"}), b'To: "Charlie O\'Brien" <', (), (NO_QUOTES,)),
    Change("a name with [ ] or @ is put in quotes", BREAKS, BREAKS,
           mail({"To": "Bob [sales] <bob@example.net>"}), b'To: "Bob [sales]" <', (NO_QUOTES,), SIGN_BEHIND),
    Change("a name of more than 250 octets is damaged", BREAKS, BREAKS,
           mail({"To": f'"{"v" * 300}" <bob@example.net>'}), b'v",\r\n        <bob@example.net>', (), SIGN_BEHIND),
    Change("an address without a domain gets one", BREAKS, BREAKS,
           mail({"To": "bob"}), b"To: bob@mta2.signetd.test\r\n", (), SIGN_BEHIND),
    Change("the name of a host is completed", BREAKS, BREAKS,
           mail({"To": "bob@mta2"}), b"To: bob@mta2.signetd.test\r\n", (CANONIFY,), ("FEATURE(`nocanonify')dnl",)),
    Change("a route in an address is cut off", BREAKS, BREAKS,
           mail({"To": "<@relay.example:bob@example.net>"}), b"To: <bob@example.net>\r\n", (), SIGN_BEHIND),
    Change("domains are masqueraded", BREAKS, BREAKS,
           mail({"From": "Alice <alice@desk.example.com>"}), b"From: Alice <alice@example.com>\r\n", MASQUERADING,
           SIGN_BEHIND),
    Change("genericstable writes other senders", BREAKS, BREAKS,
           mail(), b"From: Alice <sales@example.com>\r\n", GENERICS, SIGN_BEHIND),
    Change("Date and Message-ID are added where there are none", SURVIVES, SURVIVES,
           mail({"Date": None, "Message-ID": None}), b"\r\nMessage-Id: <", ()),
    Change("To is added where there is none", BREAKS, BREAKS,
           mail({"To": None}), b"To: undisclosed-recipients:;\r\n", (NO_RECIPIENTS,), (AS_IT_IS,)),
    Change("Bcc and Return-Path are taken away", SURVIVES, SURVIVES,
           mail({"Bcc": "carol@example.net", "Return-Path": "<alice@example.com>"}), b"<1@example.com>\r\n\r\n", ()),
    Change("8-bit text is encoded for a server without 8BITMIME", BREAKS, BREAKS,
           mail(EIGHT_BIT, GREETING), b"Content-Transfer-Encoding: base64\r\n", (DIRECT,), (DIRECT, KEEP_8BIT), False),
    Change("8-bit text without MIME gets MIME for a server without 8BITMIME", BREAKS, BREAKS,
           mail(body=GREETING), b"charset=unknown-8bit\r\n", (DIRECT,), (DIRECT, KEEP_8BIT), False),
    Change("a line of the body over 990 octets is cut in two", BREAKS, BREAKS,
           mail(body=f"{LONG}\r\n"), b"w!\r\n www", (DIRECT,), (DIRECT, ANY_LENGTH)),
    Change("a line of the header over 990 octets is cut in two", BREAKS, BREAKS,
           mail({"Subject": LONG}), b"w!\r\n www", (DIRECT,), (DIRECT, ANY_LENGTH)),
    Change("a line of the body over 2040 octets is cut in two for a smart host", BREAKS, BREAKS,
           mail(body=f"{VERY_LONG}\r\n"), b"w!\r\n www", (), (ANY_LENGTH_RELAYED,)),
    Change("a line of the header over 2040 octets is cut in two for a smart host", BREAKS, BREAKS,
           mail({"Subject": "w" * 2060}), b"w!\r\n www", (), (ANY_LENGTH_RELAYED,)),
    Change("the rest of a header line over some 2300 octets is lost", BREAKS, BREAKS,
           mail({"Subject": f"{VERY_LONG} end"}), b"w\r\nDate:", (ANY_LENGTH_RELAYED,), SIGN_BEHIND),
    Change("a long parameter of a MIME field is cut off", BREAKS, BREAKS,
           mail({"MIME-Version": "1.0", "Content-Type": f'text/plain; name="{"n" * 1500} end"'}), b'nnn"\r\n', (),
           (ANY_PARAMETER,)),
]

# ---- Postfix --------------------------------------------------------------------------------------------------------

NOT_LOCAL = {"local_header_rewrite_clients": ""}

POSTFIX = [
    Change("a line of the header over 998 octets is cut in two", BREAKS, BREAKS,
           mail({"Subject": LONG}), b"w\r\n www", {}, {"smtp_line_length_limit": "0"}),
    Change("a line of the body over 998 octets is cut in two", BREAKS, BREAKS,
           mail(body=f"{LONG}\r\n"), b"w\r\n www", {}, {"smtp_line_length_limit": "0"}),
    Change("8-bit text is encoded for a server without 8BITMIME", BREAKS, BREAKS,
           mail(EIGHT_BIT, GREETING), b"Content-Transfer-Encoding: quoted-printable\r\n", {},
           {"disable_mime_output_conversion": "yes"}, False),
    Change("smtp_generic_maps writes other addresses", BREAKS, BREAKS,
           mail(), b"From: Alice <sales@example.com>\r\n", {"smtp_generic_maps": "regexp:{other_address}"},
           {"canonical_maps": "regexp:{other_address}"}),
    Change("smtp_header_checks writes other fields", BREAKS, BREAKS,
           mail(), b"Subject: [list] hi\r\n", {"smtp_header_checks": "regexp:{tag}"},
           {"header_checks": "regexp:{tag}"}),
    Change("smtp_body_checks writes other lines", BREAKS, BREAKS,
           mail(), b"\r\n\r\nHallo.\r\n", {"smtp_body_checks": "regexp:{word}"}, {"body_checks": "regexp:{word}"}),
]

# What Postfix does before it asks a milter.
POSTFIX_BEFORE = [
    Change("missing fields are added for its own clients", SURVIVES, SURVIVES,
           mail({"Date": None, "Message-ID": None}), b"\r\nMessage-Id: <", {}),
    Change("missing fields are added for all by always_add_missing_headers", SURVIVES, SURVIVES,
           mail({"Date": None, "Message-ID": None}), b"\r\nMessage-Id: <",
           {**NOT_LOCAL, "always_add_missing_headers": "yes"}),
    Change("undisclosed_recipients_header is added where nobody is named", SURVIVES, SURVIVES,
           mail({"To": None}), b"\r\nTo: undisclosed-recipients:;\r\n",
           {"undisclosed_recipients_header": "To: undisclosed-recipients:;"}),
    Change("an address without a domain gets one", SURVIVES, SURVIVES,
           mail({"To": "bob"}), b"\r\nTo: bob@signetd.test\r\n", {}),
    Change("canonical_maps writes other addresses", SURVIVES, SURVIVES,
           mail(), b"\r\nFrom: Alice <sales@example.com>\r\n", {"canonical_maps": "regexp:{other_address}"}),
    Change("masquerade_domains shortens domains", SURVIVES, SURVIVES,
           mail({"From": "Alice <alice@desk.example.com>"}), b"\r\nFrom: Alice <alice@example.com>\r\n",
           {"masquerade_domains": "example.com"}),
    Change("header_checks writes other fields", SURVIVES, SURVIVES,
           mail(), b"\r\nSubject: [list] hi\r\n", {"header_checks": "regexp:{tag}"}),
    Change("a field over header_size_limit is cut off", SURVIVES, SURVIVES,
           mail({"References": "\r\n ".join(["r" * 70] * 2000 + ["end"])}), b"r\r\n\r\nHello",
           {"header_size_limit": "20000"}),
    Change("Bcc and Return-Path are taken away", SURVIVES, SURVIVES,
           mail({"Bcc": "carol@example.net", "Return-Path": "<alice@example.com>"}), b"<1@example.com>\r\n\r\n", {}),
]

# ---- the servers ----------------------------------------------------------------------------------------------------

FILES = {
    "generics": "alice@example.com sales@example.com\n",
    "other_address": "/^alice@example.com$/ sales@example.com\n",
    "tag": "/^Subject: (.*)/ REPLACE Subject: [list] $1\n",
    "word": "/^Hello/ REPLACE Hallo.\n",
}


@pytest.fixture(scope="module")
def files(place):
    """{name: path} of what settings refer to."""
    directory = place()
    for name, content in FILES.items():
        (directory / name).write_text(content)
    return {name: directory / name for name in FILES}


@pytest.fixture(scope="module")
def sinks(sink, make_sink):
    """{whether it has 8BITMIME: sink}"""
    return {True: sink, False: make_sink(extensions=("PIPELINING",))}


class Mtas:
    """Those of one kind, each started when it is first needed. start(milters, sink, settings)."""

    def __init__(self, start, milters, sinks, files):
        self._start, self._milters, self._sinks, self._files = start, milters, sinks, files
        self._running = {}

    def deliver(self, change, settings, before=None):
        """What arrives of its message; before: another one, without a milter, through which it goes first."""
        sink = self._sinks[change.has_8bitmime]
        mta = self._server(sink, settings, self._milters)
        if before is not None:
            mta = self._server(mta, before, "")
        recipient = samples.fresh_recipient()
        reply = mta.submit_smtp(change.message, recipients=[recipient])
        assert reply.code == 250, f"{reply}\n{mta.log}"
        return sink.wait_for(recipient)

    def _server(self, target, settings, milters):
        key = target.port, repr(settings), milters
        if key not in self._running:
            self._running[key] = self._start(milters, target, self._with_files(settings))
        return self._running[key]

    def _with_files(self, settings):
        if isinstance(settings, dict):
            return {name: value.format(**self._files) for name, value in settings.items()}
        return [line.format(**self._files) if "{" in line else line for line in settings]


@pytest.fixture(scope="module")
def sendmails(sendmail, twins, sinks, files):
    return Mtas(sendmail, twins.sendmail_milters, sinks, files)


@pytest.fixture(scope="module")
def postfixes(postfix, twins, sinks, files):
    return Mtas(postfix, twins.postfix_milters, sinks, files)


def named(change):
    return change.what


def avoided_by_settings(changes):
    return [change for change in changes if change.avoided_by not in (None, SIGN_BEHIND)]


def avoided_by_signing_behind(changes):
    return [change for change in changes if change.avoided_by == SIGN_BEHIND]


# ---- the tests ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("change", SENDMAIL, ids=named)
def test_what_sendmail_changes_after_the_signature(sendmails, twins, change):
    arrival = sendmails.deliver(change, change.settings)

    assert change.becomes in arrival.data and change.becomes not in change.message
    assert bool(twins.changed("simple", arrival)) != change.simple
    assert twins.verdicts(arrival.data) == unanimous(relaxed=change.relaxed, simple=change.simple)


@pytest.mark.parametrize("change", avoided_by_settings(SENDMAIL), ids=named)
def test_a_setting_of_sendmail_avoids_it(sendmails, twins, change):
    arrival = sendmails.deliver(change, change.avoided_by)

    assert change.becomes not in arrival.data
    assert twins.changed("simple", arrival) == []
    assert twins.verdicts(arrival.data) == unanimous(relaxed=True, simple=True)


@pytest.mark.parametrize("change", avoided_by_signing_behind(SENDMAIL), ids=named)
def test_a_second_sendmail_signs_what_the_first_has_written(sendmails, twins, change):
    arrival = sendmails.deliver(change, SECOND, before=change.settings)

    assert change.becomes in arrival.data and change.becomes not in change.message
    assert twins.changed("simple", arrival) == []
    assert twins.verdicts(arrival.data) == unanimous(relaxed=True, simple=True)


@pytest.mark.parametrize("what, message", [("8-bit text", mail(EIGHT_BIT, GREETING)),
                                           ("a long line", mail({"Subject": LONG}, f"{LONG}\r\n"))])
def test_the_mailer_relay_of_sendmail_leaves_it_as_it_is(sendmails, twins, what, message):
    arrival = sendmails.deliver(Change(what, SURVIVES, SURVIVES, message, b"", (), has_8bitmime=False), ())

    assert twins.changed("simple", arrival) == []
    assert twins.verdicts(arrival.data) == unanimous(relaxed=True, simple=True)


@pytest.mark.parametrize("change", POSTFIX, ids=named)
def test_what_postfix_changes_after_the_signature(postfixes, twins, change):
    arrival = postfixes.deliver(change, change.settings)

    assert change.becomes in arrival.data and change.becomes not in change.message
    assert bool(twins.changed("simple", arrival)) != change.simple
    assert twins.verdicts(arrival.data) == unanimous(relaxed=change.relaxed, simple=change.simple)


@pytest.mark.parametrize("change", avoided_by_settings(POSTFIX), ids=named)
def test_a_setting_of_postfix_avoids_it(postfixes, twins, change):
    arrival = postfixes.deliver(change, change.avoided_by)

    assert twins.changed("simple", arrival) == []
    assert twins.verdicts(arrival.data) == unanimous(relaxed=True, simple=True)


@pytest.mark.parametrize("mtas, settings, octets", [("sendmails", (DIRECT,), 990), ("postfixes", {}, 998)])
def test_lines_that_are_not_too_long_are_left_as_they_are(request, twins, mtas, settings, octets):
    words = f"{LONG[:octets - len('Subject: ')]}\r\n" + f" {LONG[:octets - 1]}\r\n" * 9 + " end"
    message = mail({"Subject": words}, f"{LONG[:octets]}\r\n" * 9)

    arrival = request.getfixturevalue(mtas).deliver(Change("lines", SURVIVES, SURVIVES, message, b"", ()), settings)

    assert twins.changed("simple", arrival) == []
    assert twins.verdicts(arrival.data) == unanimous(relaxed=True, simple=True)


@pytest.mark.parametrize("change", POSTFIX_BEFORE, ids=named)
def test_what_postfix_changes_before_the_signature(postfixes, twins, change):
    arrival = postfixes.deliver(change, change.settings)

    assert change.becomes in arrival.data and change.becomes not in change.message
    assert twins.changed("simple", arrival) == []
    assert twins.verdicts(arrival.data) == unanimous(relaxed=change.relaxed, simple=change.simple)


# ---- the page -------------------------------------------------------------------------------------------------------

def page_line(change):
    """The line of a table that says this of a change."""
    cells = [change.what]
    if change not in POSTFIX_BEFORE:
        cells += ["survives" if survives else "breaks" for survives in (change.relaxed, change.simple)]
        cells += [avoided_in_words(change.avoided_by)]
    return f"| {' | '.join(cells)} |"


def avoided_in_words(settings):
    if settings is None:
        return "nothing to avoid"
    if settings == SIGN_BEHIND:
        return "signing behind"
    if isinstance(settings, dict):
        return ", ".join(f"`{name}`" if "{" in value else f"`{name} = {value}`" for name, value in settings.items())
    return ", ".join(f"`` {line} ``" for line in settings if line != DIRECT)


@pytest.mark.parametrize("title, changes", [("Postfix", POSTFIX), ("Postfix", POSTFIX_BEFORE), ("Sendmail", SENDMAIL)],
                         ids=["postfix", "postfix-before", "sendmail"])
def test_the_page_says_what_the_tests_say(title, changes):
    page = (REPOSITORY / "docs/mta.md").read_text()
    section = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]

    tables = [block.splitlines()[2:] for block in section.split("\n\n") if block.startswith("|")]
    assert [page_line(change) for change in changes] in tables
