# SPDX-License-Identifier: ISC
"""`signetctl diff` names what the mail servers of test_rewriting.py did to a message: for each row of docs/mta.md the
copy that was signed is held against the one that arrived, and docs/diff.md says what is said here."""

import json
import re
import subprocess

import pytest
from support import samples
from support.daemon import build_directory
from support.servers import REPOSITORY
from support.wait import wait_until
from test_rewriting import (POSTFIX, SENDMAIL, files, mail, named, postfixes, sendmails,  # noqa: F401
                            sinks)

SAME, DIFFERS, COULD_NOT = 0, 1, 2

# What is changed, and why, for c=relaxed/relaxed and c=simple/simple; None where the signature survives.
REFOLDED = (None, "refolded")
CAUSES = {
    # Sendmail
    "a list of addresses is wrapped anew": REFOLDED,
    "a list in several lines is joined": REFOLDED,
    "white space at the end of addresses goes": (None, "trailing-space"),
    "a space is put behind each comma between addresses": ("spacing", "spacing"),
    "a space is put behind each comma between authors": ("spacing", "spacing"),
    "a name with a . is put in quotes": ("requoted", "requoted"),
    "a name with a ' is put in quotes": ("requoted", "requoted"),
    "a name with [ ] or @ is put in quotes": ("requoted", "requoted"),
    "a name of more than 250 octets is damaged": ("display-name", "display-name"),
    "an address without a domain gets one": ("address-rewritten", "address-rewritten"),
    "the name of a host is completed": ("address-rewritten", "address-rewritten"),
    "a route in an address is cut off": ("address-rewritten", "address-rewritten"),
    "domains are masqueraded": ("address-rewritten", "address-rewritten"),
    "genericstable writes other senders": ("address-rewritten", "address-rewritten"),
    "Date and Message-ID are added where there are none": (None, None),
    "To is added where there is none": ("field-added", "field-added"),
    "Bcc and Return-Path are taken away": (None, None),
    "8-bit text is encoded for a server without 8BITMIME": ("converted", "converted"),
    "8-bit text without MIME gets MIME for a server without 8BITMIME": ("converted", "converted"),
    "a line of the body over 990 octets is cut in two": ("long-line", "long-line"),
    "a line of the header over 990 octets is cut in two": ("long-line", "long-line"),
    "a line of the body over 2040 octets is cut in two for a smart host": ("long-line", "long-line"),
    "a line of the header over 2040 octets is cut in two for a smart host": ("long-line", "long-line"),
    "the rest of a header line over some 2300 octets is lost": ("text-cut", "text-cut"),
    "a long parameter of a MIME field is cut off": ("content-type", "content-type"),
    # Postfix
    "a line of the header over 998 octets is cut in two": ("long-line", "long-line"),
    "a line of the body over 998 octets is cut in two": ("long-line", "long-line"),
    "smtp_generic_maps writes other addresses": ("address-rewritten", "address-rewritten"),
    "smtp_header_checks writes other fields": ("text-added", "text-added"),
    "smtp_body_checks writes other lines": ("changed", "changed"),
}
HOWS = ("relaxed", "simple")


@pytest.fixture
def diff(tmp_path):
    """diff(signed, received, *options): the exit status, and what it prints, as an object (of text with people=True)."""
    def run(signed, received, *options, people=False):
        for name, octets in (("signed", signed), ("received", received)):
            (tmp_path / name).write_bytes(octets)
        argv = [build_directory() / "signetctl", "diff", tmp_path / "signed", tmp_path / "received", *options]
        done = subprocess.run(argv + ([] if people else ["--json"]), capture_output=True, text=True, timeout=180)
        if people or done.returncode == COULD_NOT:
            return done.returncode, done.stdout + done.stderr
        return done.returncode, json.loads(done.stdout)
    return run


def selector_of(twins, how, arrival):
    return re.search(rb"\bs=([^;]+);", twins.field(how, arrival))[1].decode()


def explained(diff, twins, change, arrival):
    """{how: the cause of the first difference, or None} of the message as it was handed in and as it arrived."""
    causes = {}
    for how in HOWS:
        status, answer = diff(change.message, arrival.data, "--selector", selector_of(twins, how, arrival))
        assert answer["signed_has_body_hash"], answer
        assert (status == SAME) == answer["same"] == (answer["differences"] == [])
        causes[how] = None if answer["same"] else answer["differences"][0]["cause"]
    return causes


def expected(change):
    return dict(zip(HOWS, CAUSES[change.what]))


@pytest.mark.parametrize("change", SENDMAIL, ids=named)
def test_it_says_what_sendmail_did(diff, sendmails, twins, change):  # noqa: F811
    arrival = sendmails.deliver(change, change.settings)
    assert explained(diff, twins, change, arrival) == expected(change)


@pytest.mark.parametrize("change", POSTFIX, ids=named)
def test_it_says_what_postfix_did(diff, postfixes, twins, change):  # noqa: F811
    arrival = postfixes.deliver(change, change.settings)
    assert explained(diff, twins, change, arrival) == expected(change)


def test_what_survives_and_what_does_not_is_what_the_verifiers_say():
    survives = {change.what: (change.relaxed, change.simple) for change in SENDMAIL + POSTFIX}
    assert {what: tuple(cause is None for cause in causes) for what, causes in CAUSES.items()} == survives


# ---- a copy that Postfix keeps --------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def kept(place):
    """Where Postfix keeps copies, as docs/diff.md says."""
    directory = place()
    directory.chmod(0o777)
    return directory


@pytest.fixture(scope="module")
def keeping_postfix(postfix, twins, kept):
    page = (REPOSITORY / "docs/diff.md").read_text()
    recipe = page.partition("    # main.cf\n")[2].partition("\n\n")[0]
    knobs = dict(line.strip().split(" = ", 1) for line in recipe.splitlines())
    knobs["virtual_mailbox_base"] = str(kept)
    knobs["virtual_uid_maps"] = knobs["virtual_gid_maps"] = "static:65534"
    return postfix(twins.postfix_milters, knobs=knobs, services=["virtual unix - n n - - virtual"])


def test_a_copy_that_postfix_keeps_is_what_was_signed(diff, keeping_postfix, twins, sink, kept):
    recipient = samples.fresh_recipient()
    message = mail({"Subject": "w" * 1200}, "Hello.\r\n")
    assert keeping_postfix.submit_smtp(message, recipients=[recipient]).code == 250
    arrival = sink.wait_for(recipient)
    [copy] = wait_until(lambda: list(kept.glob("signed/new/*")), lambda: f"a copy:\n{keeping_postfix.log}")
    status, answer = diff(copy.read_bytes(), arrival.data, "--selector", selector_of(twins, "relaxed", arrival))
    assert status == DIFFERS and answer["signed_has_body_hash"]
    [difference] = answer["differences"]
    assert (difference["name"], difference["cause"]) == ("Subject", "long-line")
    assert {"Return-Path", "Delivered-To"} <= set(answer["uncovered"])


# ---- how it is used -------------------------------------------------------------------------------------------------

SIGNED = (b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=one; h=From:Subject:Subject;\r\n"
          b"\tbh=g3zLYH4xKxcPrHOD18z9YfpQcnk/GaJedfustWU5uGs=; b=b2s=\r\n"
          b"From: alice@example.com\r\nSubject: hi\r\n\r\ntest\r\n")


def test_people_read_what_differs_and_why(diff):
    status, said = diff(SIGNED, SIGNED.replace(b"Subject: hi", b"Subject: [\x1blist] hi"), people=True)
    assert status == DIFFERS
    assert "Subject changed (text-added)" in said and r"received: subject:[\x1blist] hi" in said, said


def test_it_says_so_when_nothing_differs(diff):
    status, said = diff(SIGNED, b"Received: by mx\r\n" + SIGNED, people=True)
    assert status == SAME, said
    assert "is the same" in said and "not covered, and different: Received" in said


def test_a_copy_that_was_not_the_signed_one_is_no_proof(diff):
    other = SIGNED.replace(b"test\r\n", b"rest\r\n")
    status, answer = diff(other, other)
    assert status == DIFFERS
    assert (answer["same"], answer["signed_has_body_hash"], answer["differences"]) == (False, False, [])


@pytest.mark.parametrize(("signed", "received", "options", "said"), [
    (b"From: a@b\r\n\r\n", b"From: a@b\r\n\r\n", [], "DKIM-Signature"),
    (SIGNED, SIGNED, ["--domain", "example.org"], "DKIM-Signature"),
    (SIGNED, SIGNED, ["--selector", "two"], "DKIM-Signature"),
    (SIGNED.replace(b"v=1;", b"v=1; l=1;"), SIGNED, [], "l="),
    (b"DKIM-Signature: x\r\n\r\n", SIGNED, [], "cannot be read"),
    (b"no message", SIGNED, [], "line 1"),
], ids=["unsigned", "domain", "selector", "length", "unreadable", "no-message"])
def test_what_cannot_be_compared_is_named(diff, signed, received, options, said):
    status, text = diff(signed, received, *options)
    assert status == COULD_NOT and said in text, text


# ---- the page -------------------------------------------------------------------------------------------------------

def test_the_page_has_every_cause():
    page = (REPOSITORY / "docs/diff.md").read_text()
    source = (REPOSITORY / "src/ctl/diff/cause.c").read_text()
    words = re.findall(r'^\t\{ CAUSE_\w+, "([a-z-]+)" \},$', source, re.MULTILINE)
    assert len(words) > 20
    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == sorted(words)
    assert {cause for causes in CAUSES.values() for cause in causes if cause} <= set(words)
