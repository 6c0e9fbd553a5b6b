# SPDX-License-Identifier: ISC
"""Each reason of docs/log.md has mail that meets it: what the sender hears, and what the log says."""

import contextlib
import functools
import os
import re
import signal
import sqlite3

import pytest
from support.mta import PLAIN
from support.servers import REPOSITORY
from support.signing import ask_milter

OUTSIDE = "198.51.100.7"
LATER = "451 4.7.1 The message cannot be signed at present, try again later"
FROM, SUBJECT = ("From", " alice@example.com"), ("Subject", " x")


@pytest.fixture(scope="module")
def make_daemon(signetd):
    """make_daemon(setting=value, …): a daemon with keys for example.com and the provider; one for each choice."""
    @functools.cache
    def make(**settings):
        daemon = signetd(False, listener={"processes": 1}, settings={
            "also_sign": ["esp.example"], "header_max_fields": 20,
            "login_domains": [{"login": "joe", "domains": []}], **settings})
        daemon.have_key("example.com")
        daemon.have_key("esp.example")
        return daemon
    return make


# {reason: (decision, what the sender hears, settings, header, what else the mail server says)}
BY_THE_MESSAGE = {
    "signed": ("sign", "", {}, PLAIN, {}),
    "not-ours": ("skip", "", {}, PLAIN, {"client": OUTSIDE}),
    "no-from": ("skip", "", {}, (SUBJECT,), {}),
    "several-from": ("reject", "550 5.7.1", {}, (FROM, SUBJECT, FROM), {}),
    "bad-from": ("skip", "", {}, (("From", " Alice <alice@[192.0.2.1]>"),), {}),
    "login-domain": ("reject", "550 5.7.1", {}, PLAIN, {"macros": {"{auth_authen}": "joe"}}),
    "no-key": ("skip", "", {}, (("From", " a@nowhere.example"),), {}),
    "fallback": ("sign", "", {"unverified_domain": "fallback"}, (("From", " a@nowhere.example"),), {}),
    "header-too-large": ("reject", "552 5.3.4", {}, (FROM, *[("X-More", " x")] * 20), {}),
}


@pytest.mark.parametrize("reason", BY_THE_MESSAGE)
def test_a_message_meets_it(make_daemon, reason):
    decision, told, settings, header, said = BY_THE_MESSAGE[reason]

    reply, line = ask_milter(make_daemon(**settings), header, **said)

    assert (line["decision"], line["reason"], reply.text[:9]) == ([decision], [reason], told)
    assert len(reply.inserted) == len(line.get("d", [])) == {"signed": 2, "fallback": 1}.get(reason, 0)


def test_a_message_that_was_here_before(make_daemon):
    daemon = make_daemon()
    first = [(name, value.decode()) for name, value in reversed(ask_milter(daemon)[0].inserted)]

    reply, line = ask_milter(daemon, [*first, *PLAIN])

    assert (line["decision"], line["reason"], reply.inserted) == (["skip"], ["already-signed"], [])
    assert line["d"] == ["example.com", "esp.example"]


# Of a failure of ours: the mail comes again, and is signed when it is over.

@contextlib.contextmanager
def a_vault_that_hangs(daemon):
    vault = daemon.kill("vault", signal.SIGSTOP)
    yield
    os.kill(vault, signal.SIGCONT)


@contextlib.contextmanager
def altered(file, find, change):
    """Octets of the file are others for a while: find(content) are the places, change(octets) what stands there."""
    before = {at: file.read_bytes()[at:at + 8] for at in find(file.read_bytes())}
    assert before

    def write(octets_of):
        with file.open("r+b") as opened:
            for at in before:
                opened.seek(at)
                opened.write(octets_of(before[at]))
    write(change)
    yield
    write(lambda octets: octets)


@contextlib.contextmanager
def a_keyring_without_the_key(daemon):
    """It has keys under other handles."""
    store = sqlite3.connect(f"file:{daemon.state / 'store' / 'signetd.db'}?mode=ro", uri=True)
    handles = [bytes(row[0]) for row in store.execute("SELECT handle FROM key_slot")]
    store.close()
    with altered(daemon.state / "view" / "keyring" / "data.mdb",
                 lambda content: [found.start() for handle in handles
                                  for found in re.finditer(re.escape(handle), content)],
                 lambda octets: bytes(octet ^ 0xff for octet in octets)):
        yield


@contextlib.contextmanager
def a_view_that_says_the_reader_is_reading(daemon):
    """LMDB renews no transaction in such a slot: the version it reads, then its process (lock.mdb, 64 octets each)."""
    pids = {pid.to_bytes(4, "little") for pid in daemon.pids()["milter"]}
    with altered(daemon.state / "view" / "table" / "lock.mdb",
                 lambda content: [at for at in range(0, len(content), 64) if content[at + 8:at + 12] in pids],
                 lambda octets: b"\1" + bytes(7)):
        yield


# {reason: (what is broken, settings)}; "internal-error" is test_limits.py's
BY_A_FAILURE = {
    "view-error": (a_view_that_says_the_reader_is_reading, {}),
    "vault-timeout": (a_vault_that_hangs, {"vault_timeout": "300ms"}),
    "vault-error": (a_keyring_without_the_key, {}),
}


@pytest.mark.parametrize("reason", BY_A_FAILURE)
def test_a_failure_of_ours_meets_it_and_is_over_afterwards(make_daemon, reason):
    broken, settings = BY_A_FAILURE[reason]
    daemon = make_daemon(**settings)

    with broken(daemon):
        reply, line = ask_milter(daemon)

    assert (line["decision"], line["reason"], reply.text) == (["tempfail"], [reason], LATER)
    assert "detail" in line or reason == "view-error"
    assert ask_milter(daemon)[1]["reason"] == ["signed"]


def test_the_page_has_no_reason_without_mail_that_meets_it():
    page = (REPOSITORY / "docs/log.md").read_text().partition("| reason | decision |")[2]
    reasons = {word for line in page.splitlines()[2:] for word in re.findall(r"`([^`]+)`", line.split(" | ")[0])}
    [flaws] = [line for line in page.splitlines() if "`nul`" in line]  # which are test_fitness.py's

    elsewhere = {"overload", "no-right"}  # test_scarcity.py, test_rights.py
    assert reasons == {*BY_THE_MESSAGE, *BY_A_FAILURE, *elsewhere, "already-signed", "internal-error",
                       *re.findall(r"`([^`]+)`", flaws.split(" | ")[0])}
