# SPDX-License-Identifier: ISC
"""`signetctl key check` says what is wrong, in words: every mistake that owners make, published for real.

A row is what is published where, on which kind of name server, and the code of the verdict (src/keys/dns_code.h). The
slot looked at is the primary one; the record of the other slot is always right.
"""

import json
import re
import subprocess
from dataclasses import dataclass, replace
from typing import Callable

import pytest
import test_dnssec
from support import dnskey
from support.servers import REPOSITORY
from support.wait import PATIENCE, wait_until

VERIFIED, FAILED, UNCHECKED = "verified", "failed", "unchecked"
STATES = {
    "published": VERIFIED, "txt-for-cname": VERIFIED, "test-mode": VERIFIED,
    "not-seen-yet": UNCHECKED, "unreachable": UNCHECKED,  # dnssec-bogus: test_dnssec.py
}  # all the others: failed
LONG = 3600  # seconds: longer than any test
OTHER_KEY = dnskey.ed25519().record


@dataclass(frozen=True)
class Look:
    """What a row may use. name: where verifiers ask; value: what should be there."""
    internet: object
    domain: str
    name: str
    value: str
    zone: object = None

    def everywhere(self, word, **options):
        """Every server of the zone does this (misbehaviour.py) when it is asked for the name."""
        for server in self.zone.servers:
            server.misbehave(word, name=self.name, **options)


@dataclass(frozen=True)
class Row:
    id: str
    code: str
    published: Callable = lambda look: {look.name: look.value}  # as in records.py
    kind: object = "bind"  # or a list, one for each server
    then: Callable = lambda look: None  # what happens afterwards, before the check
    options: tuple = ()  # of key create
    negative_ttl: int = 1
    says: tuple = ()  # what sentence or advice have to name
    shows: tuple = ()  # what is told of the way there


RSA = ("--algorithm", "rsa-sha256")


def value(change):
    """The record with its text changed."""
    return lambda look: {look.name: change(look.value)}


def text(published):
    return lambda look: {look.name: published}


def chain(length):
    """CNAMEs, and the record at their end."""
    def published(look):
        names = [look.name, *(f"c{i}.{look.domain}" for i in range(1, length)), f"end.{look.domain}"]
        return {**{name: ("CNAME", next_name) for name, next_name in zip(names, names[1:])}, names[-1]: look.value}
    return published


def beside_a_cname(look):
    return {look.name: [("CNAME", f"end.{look.domain}"), ("TXT", look.value)], f"end.{look.domain}": look.value}


def loop(look):
    return {look.name: ("CNAME", f"back.{look.domain}"), f"back.{look.domain}": ("CNAME", look.name)}


def the_resolver_remembers_nothing(look):
    assert look.internet.text(look.name) == ""
    look.zone.publish(look.name, look.value)


def the_resolver_remembers_another(look):
    look.zone.publish(look.name, OTHER_KEY, ttl=LONG)
    assert look.internet.text(look.name) == OTHER_KEY
    look.zone.publish(look.name, look.value)


PROVED = [
    Row("as-it-should-be", "published"),
    Row("as-it-should-be-rsa", "published", options=RSA),
    Row("on-knot", "published", kind="knot", options=RSA),
    Row("on-three-servers", "published", kind=["bind", "knot", "scripted"]),
    Row("behind-a-cname", "published", chain(1), shows=("end.",)),
    Row("behind-cnames", "published", chain(4), kind="knot",
        shows=("c1.", "c2.", "c3.", "end.")),
    Row("without-v", "published", value(lambda v: v.removeprefix("v=DKIM1; "))),
    Row("with-unknown-tags", "published", value(lambda v: f"{v}; x=y; note=hello")),
    Row("for-sha256", "published", value(lambda v: f"{v}; h=sha256")),
    Row("for-email", "published", value(lambda v: f"{v}; s=email")),
    Row("for-all-services", "published", value(lambda v: f"{v}; s=*")),
    Row("without-spaces", "published", value(lambda v: v.replace("; ", ";"))),
    Row("in-odd-strings", "published", value(lambda v: ("TXT", ["", v[:7], v[7:8], "", v[8:]]))),
    Row("space-where-strings-were-joined", "published", value(lambda v: f"{v[:200]} {v[200:]}"), options=RSA),
    Row("test-mode", "test-mode", value(lambda v: f"{v}; t=y"), says=("t=y",)),
]

MISTAKES = [
    Row("no-name", "not-published", lambda look: {}),
    Row("no-name-on-knot", "not-published", lambda look: {}, kind="knot"),
    Row("name-without-records", "not-published", lambda look: {f"x.{look.name}": "text"}),
    Row("name-with-another-type", "not-published", lambda look: {look.name: ("MX", f"10 mail.{look.domain}")}),
    Row("an-address", "not-published", lambda look: {look.name: ("A", "192.0.2.1")}, says=("an address",)),
    Row("an-address-of-ipv6", "not-published", lambda look: {look.name: ("AAAA", "2001:db8::1")},
        says=("an address",)),
    Row("beside-a-cname", "cname-and-others", beside_a_cname, kind="scripted"),
    Row("doubled", "name-doubled", lambda look: {f"{look.name}.{look.domain}": look.value}),
    Row("dangling", "dangling-target", lambda look: {look.name: ("CNAME", f"nothing.{look.domain}")},
        says=("nothing.",), shows=("nothing.",)),
    Row("dangling-elsewhere", "dangling-target", lambda look: {look.name: ("CNAME", "nothing.nobody.example")},
        says=("nothing.nobody.example",)),
    Row("loop", "cname-loop", loop, shows=("back.",)),
    Row("loop-on-knot", "cname-loop", loop, kind="knot", shows=("back.",)),
    Row("loop-of-one", "cname-loop", lambda look: {look.name: ("CNAME", look.name)}, kind="knot"),
    Row("long-chain", "chain-too-long", chain(20)),
    Row("long-chain-on-knot", "chain-too-long", chain(20), kind="knot"),
    Row("two", "several-txt", value(lambda v: [("TXT", v), ("TXT", OTHER_KEY)])),
    Row("two-of-which-one-is-spf", "several-txt", value(lambda v: [("TXT", v), ("TXT", "v=spf1 -all")])),
    Row("twenty", "several-txt", value(lambda v: [("TXT", v), *(("TXT", f"number {i}") for i in range(19))]),
        says=("20",)),
    Row("quotes-pasted", "strings-wrong", value(lambda v: f'"{v[:100]}" "{v[100:]}"'), options=RSA),
    Row("quotes-around", "strings-wrong", value(lambda v: f'"{v}"')),
    Row("backslashes", "strings-wrong", value(lambda v: v.replace(";", "\\;")), says=("column 8",)),
    Row("line-end-where-strings-were-joined", "strings-wrong", value(lambda v: f"{v[:200]}\n{v[200:]}"), options=RSA,
        says=("column 201",)),
    Row("old-and-new-in-one", "bad-syntax", value(lambda v: v + OTHER_KEY), says=("twice", "column")),
    Row("under-another-selector", "not-published", lambda look: {f"other._domainkey.{look.domain}": look.value}),
    Row("without-the-underscore", "not-published",
        lambda look: {look.name.replace("._domainkey.", ".domainkey."): look.value}),
    Row("no-base64", "bad-base64", value(lambda v: v[:-8] + "!" + v[-7:])),
    Row("cut-at-255", "strings-wrong", value(lambda v: v[:255]), options=RSA, says=("255",)),
    Row("no-tags", "bad-syntax", text("hello, world")),
    Row("no-p", "bad-syntax", value(lambda v: v.partition(" p=")[0]), says=("p=",)),
    Row("v-not-first", "bad-syntax", value(lambda v: v.removeprefix("v=DKIM1; ") + "; v=DKIM1"), says=("v=",)),
    Row("v-wrong", "bad-syntax", value(lambda v: v.replace("DKIM1", "DKIM2")), says=("DKIM2",)),
    Row("spf-instead", "bad-syntax", text("v=spf1 include:example.net -all")),
    Row("hostile-text", "strings-wrong", text("\x1b]0;owned\x07\r\n\x00\x7fé")),
    Row("other-type", "wrong-type", value(lambda v: v.replace("k=ed25519", "k=rsa")),
        says=("type is rsa", "k=ed25519")),
    Row("old-genkey", "wrong-hash", value(lambda v: v.replace("k=", "h=rsa-sha256; k=")), options=RSA,
        says=("rsa-sha256",)),
    Row("sha1-only", "wrong-hash", value(lambda v: f"{v}; h=sha1"), says=("sha1",)),
    Row("other-service", "wrong-service", value(lambda v: f"{v}; s=tlsrpt"), says=("tlsrpt",)),
    Row("other-key", "other-key", text(OTHER_KEY)),
    Row("revoked", "revoked", value(lambda v: v.partition("p=")[0] + "p=")),
    Row("second-server-has-nothing", "servers-disagree", kind=["bind", "knot"],
        then=lambda look: look.zone.servers[1].remove(look.name), says=("ns2.",)),
    Row("second-server-has-another", "servers-disagree", kind=["knot", "bind"],
        then=lambda look: look.zone.servers[1].publish(look.name, OTHER_KEY), says=("ns2.",)),
]

NOBODYS = [
    Row("not-yet", "not-seen-yet", lambda look: {}, then=the_resolver_remembers_nothing, negative_ttl=LONG,
        says=(" seconds",)),
    Row("another-before", "not-seen-yet", lambda look: {}, then=the_resolver_remembers_another),
    Row("all-dead", "unreachable", kind=["bind", "knot"],
        then=lambda look: [server.stop() for server in look.zone.servers]),
    Row("all-frozen", "unreachable", then=lambda look: look.zone.servers[0].freeze()),
    *(Row(f"all-{rcode}", "unreachable", kind=["scripted"] * 2,
          then=lambda look, rcode=rcode: look.everywhere("rcode", rcode=rcode))
      for rcode in ("SERVFAIL", "REFUSED")),
    *(Row(f"all-{word}", "unreachable", kind="scripted", then=lambda look, word=word: look.everywhere(word))
      for word in ("lame", "garbage", "cut-off", "pointer-to-itself", "wrong-id", "wrong-question", "other-owner")),
    Row("truncated-and-no-tcp", "unreachable", kind="scripted",
        then=lambda look: (look.everywhere("truncated"), look.everywhere("closed"))),
]

# What servers do, and what has to be seen through all the same.
SEEN_THROUGH = [
    Row("one-of-two-is-dead", "published", kind=["bind", "bind"], then=lambda look: look.zone.servers[1].stop()),
    Row("one-of-two-is-frozen", "published", kind=["bind", "knot"], then=lambda look: look.zone.servers[1].freeze()),
    *(Row(word, "published", kind="scripted", options=RSA, then=lambda look, word=word: look.everywhere(word))
      for word in ("truncated", "twice", "wrong-id-first", "other-case", "without-edns")),
    Row("a-lie-first", "published", kind="scripted", then=lambda look: look.everywhere("lie-first", text=OTHER_KEY)),
    Row("a-little-late", "published", kind="scripted", then=lambda look: look.everywhere("delayed", ms=50)),
    Row("sixty-kilobytes", "several-txt", lambda look: {look.name: [("TXT", look.value), ("TXT", "x" * 60000)]},
        kind="scripted", then=lambda look: look.everywhere("truncated")),
    Row("in-pieces", "published", kind="scripted",
        then=lambda look: (look.everywhere("truncated"), look.everywhere("in-pieces"))),
]

ROWS = [*PROVED, *MISTAKES, *NOBODYS, *SEEN_THROUGH]


@pytest.fixture(scope="module")
def daemon(signetd, internet):
    return signetd(internet=internet, settings={"dns": {"resolvers": [internet.resolver.endpoint]}})


def publish(daemon, internet, zone, row):
    """A key and its zone as the row has them; the key, and the Look."""
    domain = f"{row.id.lower()}.example"
    key = daemon.create_key(domain, *(row.options or ("--algorithm", "ed25519-sha256")), activate=False)
    if key["publication"] == "delegated":
        wait_until(lambda: daemon.ctl("key", "show", key["id"])["txt_records_publish_state"] == "published",
                   lambda: f"{key['id']} to be published:\n{daemon.log}")
    primary, alternate = daemon.ctl("records", key["id"])["records"]
    look = Look(internet, domain, primary["name"].rstrip("."), primary["value"].rstrip("."))
    kinds = [row.kind] if isinstance(row.kind, str) else row.kind
    published = {alternate["name"].rstrip("."): (alternate["type"], alternate["value"]), **row.published(look)}
    look = replace(look, zone=zone(domain, published, kind=kinds, negative_ttl=row.negative_ttl))
    internet.resolver.flush()
    row.then(look)
    return key, look


def check(daemon, key):
    """What `key check` says: whether it says yes, and the slots by their names."""
    done = daemon.run_ctl("key", "check", key["id"])
    assert done.stdout, f"exit {done.returncode}: {done.stderr}\n{daemon.log}"
    return done.returncode == 0, {slot["slot"]: slot for slot in json.loads(done.stdout)["slots"]}


def is_printable(text):
    return all(" " <= character <= "~" for character in text)


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_a_verdict(daemon, internet, zone, row):
    key, look = publish(daemon, internet, zone, row)
    judge(daemon, key, look, row)


def judge(daemon, key, look, row):
    """The verdict is the row's."""
    says_yes, slots = check(daemon, key)

    seen = slots["primary"]
    state = STATES.get(row.code, FAILED)
    words = f"{seen['sentence']} {seen['advice']}"
    assert (seen["code"], seen["state"], seen["name"].rstrip(".")) == (row.code, state, look.name), seen
    assert says_yes == (state == VERIFIED)
    assert seen["sentence"] and is_printable(words) and not re.search(r"[^.]\.$", seen["sentence"]), seen
    assert seen["advice"] or state != FAILED, "what is to be done"
    assert [part for part in row.says if part not in words] == [], words
    assert [part for part in row.shows if part not in "\n".join(seen["seen"])] == [], seen["seen"]


def test_a_silent_resolver_is_nobodys_failure(daemon, internet, zone):
    key, _ = publish(daemon, internet, zone, Row("no-resolver", "unreachable"))
    internet.resolver.freeze()
    try:
        says_yes, slots = check(daemon, key)
    finally:
        internet.resolver.thaw()
    assert (says_yes, slots["primary"]["code"], slots["primary"]["state"]) == (False, "unreachable", UNCHECKED)


def test_a_name_server_is_asked_with_care(daemon, internet, zone):
    """When the resolver knows the answer already, all questions that arrive are signetd's own."""
    row = Row("with-care", "published", kind="scripted",
              then=lambda look: look.zone.publish(look.name, look.value, ttl=LONG))
    key, look = publish(daemon, internet, zone, row)
    server, = look.zone.servers
    server.misbehave("truncated", name=look.name)
    assert check(daemon, key)[0]
    before = len(server.queries)

    for _ in range(4):
        assert check(daemon, key)[0]

    asked = [query for query in server.queries[before:] if query["name"].lower() == f"{look.name}."]
    assert {"udp", "tcp"} == {query["over"] for query in asked}
    assert not any(query["recursion_desired"] for query in asked)
    datagrams = [query for query in asked if query["over"] == "udp"]
    assert len({query["id"] for query in datagrams}) > 1 and len({query["port"] for query in datagrams}) > 1


def test_large_answers_do_not_starve_each_other(daemon, internet, zone):
    """Sixty kilobytes of each of sixteen servers, and of as many again where the CNAME leads."""
    large = [("TXT", f"{number} " + "x" * 470) for number in range(120)]
    zone("large.example", {"end.large.example": large}, servers=16, kind="scripted")
    row = Row("large-everywhere", "cname-and-others", kind=["scripted"] * 16,
              published=lambda look: {look.name: [("CNAME", "end.large.example"), *large]})
    key, look = publish(daemon, internet, zone, row)
    judge(daemon, key, look, row)


def test_a_proved_key_can_be_activated_and_an_unproved_one_cannot(daemon, internet, zone):
    good, _ = publish(daemon, internet, zone, Row("gate-open", "published"))
    bad, _ = publish(daemon, internet, zone, Row("gate-shut", "other-key", text(OTHER_KEY)))

    check(daemon, good)
    check(daemon, bad)

    assert daemon.ctl("key", "show", good["id"])["dns_status"]["primary"]["state"] == VERIFIED
    assert daemon.ctl("key", "activate", good["id"])["is_active"]
    assert daemon.run_ctl("key", "activate", bad["id"]).returncode == 1
    assert not daemon.ctl("key", "show", bad["id"])["is_active"]


@pytest.mark.parametrize("row, shown", [
    (Row("listed-good", "published"), VERIFIED),
    (Row("listed-bad", "other-key", text(OTHER_KEY)), "other-key"),
], ids=lambda value: getattr(value, "id", value))
def test_the_list_of_keys_shows_what_was_seen(daemon, internet, zone, row, shown):
    key, _ = publish(daemon, internet, zone, row)
    before = listed_dns(daemon, key)

    check(daemon, key)

    assert (before, listed_dns(daemon, key)) == (UNCHECKED, shown)


def listed_dns(daemon, key):
    heading, line = daemon.run_ctl("key", "list", "--domain", key["domain"], style=()).stdout.splitlines()
    assert line.split()[0] == key["id"]
    return line[heading.index("DNS"):].split()[0]


def test_a_passing_failure_changes_no_verdict(daemon, internet, zone):
    key, look = publish(daemon, internet, zone, Row("passing", "published", kind="scripted"))
    assert check(daemon, key)[0]
    for server in look.zone.servers:
        server.stop()
    internet.resolver.flush()

    assert not check(daemon, key)[0]

    assert daemon.ctl("key", "show", key["id"])["dns_status"]["primary"]["state"] == VERIFIED


# Delegated sets: the owner publishes CNAMEs, once. Rows for then; `look.value` is where the CNAME should lead.

DELEGATED = [
    Row("d-as-it-should-be", "published", lambda look: {look.name: ("CNAME", f"{look.value}.")}),
    Row("d-by-a-detour", "published", lambda look: {
        look.name: ("CNAME", f"own.{look.domain}."), f"own.{look.domain}": ("CNAME", f"{look.value}.")}, shows=("own.",)),
    Row("d-txt-for-cname", "txt-for-cname", lambda look: {look.name: look.internet.text(look.value)}),
    Row("d-old-txt-for-cname", "other-key", text(OTHER_KEY)),
    Row("d-proxied", "proxied", lambda look: {look.name: ("A", "192.0.2.1")}),
    Row("d-wrong-target", "wrong-target", lambda look: {
        look.name: ("CNAME", f"own.{look.domain}."), f"own.{look.domain}": OTHER_KEY}, says=("own.",)),
    Row("d-target-with-the-domain-behind", "wrong-target", lambda look: {
        look.name: ("CNAME", f"{look.value}.{look.domain}.")}),
    Row("d-doubled", "name-doubled", lambda look: {f"{look.name}.{look.domain}": ("CNAME", f"{look.value}.")}),
    Row("d-apex", "cname-at-apex", lambda look: {}, then=lambda look: look.internet.zone(look.name)),
    Row("d-nothing", "not-published", lambda look: {}),
]


def test_every_code_has_a_row():
    listed = re.findall(r"^\tDNS_CODE_([A-Z0-9_]+)", (REPOSITORY / "src/keys/dns_code.h").read_text(), re.MULTILINE)
    with_rows = {row.code for row in ROWS + DELEGATED}
    assert {word.lower().replace("_", "-") for word in listed} - {"none"} == with_rows | {test_dnssec.BOGUS}


@pytest.fixture(scope="module")
def provider(internet, signetd, place):
    """A daemon that publishes in a provider zone of its own."""
    zone = internet.zone("keys.example.net")
    key_file = place() / "tsig.key"
    key_file.write_text(zone.tsig_key_file.read_text())
    key_file.chmod(0o644)
    yield signetd(internet=internet, settings={"provider_zone": {
        "name": "keys.example.net", "server": zone.servers[0].endpoint, "tsig_key_file": str(key_file), "ttl": "1s"}})
    internet.remove_zone(zone)


@pytest.mark.parametrize("row", DELEGATED, ids=[row.id for row in DELEGATED])
def test_a_verdict_on_a_delegated_set(provider, internet, zone, row):
    key, look = publish(provider, internet, zone, row)
    judge(provider, key, look, row)


# key check --wait.

class Waiting:
    """A `signetctl key check --wait` under way."""

    def __init__(self, daemon, place, key, *options):
        self._errors = place() / "stderr"
        with open(self._errors, "wb") as errors:
            self._process = daemon.start_ctl("key", "check", key["id"], "--wait", "--json", *options,
                                             stdout=subprocess.PIPE, stderr=errors, text=True)

    @property
    def told(self):
        """What it told on the way."""
        return self._errors.read_text()

    @property
    def is_under_way(self):
        return self._process.poll() is None

    def wait_until_told(self, pattern):
        wait_until(lambda: re.search(pattern, self.told), lambda: f"{pattern} to be told: {self.told}")

    def end(self):
        """Its exit code, and what it printed."""
        printed, _ = self._process.communicate(timeout=2 * PATIENCE)
        return self._process.returncode, json.loads(printed)


def end_a_life(daemon, role):
    """Kill it, and wait until its next life is ready."""
    lives = len(daemon.log_lines(rf"child role={role} .* ready"))
    daemon.kill(role)
    wait_until(lambda: len(daemon.log_lines(rf"child role={role} .* ready")) > lives,
               lambda: f"the next {role}:\n{daemon.log}")


@pytest.mark.parametrize("role, told", [("dns", "went away"), ("keeper", "lost the connection|closed the connection")])
def test_waiting_outlives_a_part_of_the_daemon(signetd, internet, zone, place, role, told):
    """Two lives have to end over one look before the keeper says so; while the resolver is silent looks take long."""
    daemon = signetd(internet=internet)
    apex = f"{role}-away.example"
    key = daemon.create_key(apex, activate=False)
    owner = zone(apex)
    waiting = Waiting(daemon, place, key)
    waiting.wait_until_told("not-published.*; looking again in")
    internet.resolver.freeze()
    try:
        while not re.search(rf"({told}).*\nlooking again in", waiting.told):
            assert waiting.is_under_way, waiting.told
            end_a_life(daemon, role)
    finally:
        internet.resolver.thaw()
    for record in daemon.ctl("records", key["id"])["records"]:
        owner.publish(record["name"], record["value"])
    internet.resolver.flush()

    code, answer = waiting.end()

    assert (code, answer["is_proved"]) == (0, True), waiting.told


def test_waiting_ends_with_its_time(daemon, internet, zone, place):
    key, _ = publish(daemon, internet, zone, Row("in-vain", "not-published", lambda look: {}))
    waiting = Waiting(daemon, place, key, "--timeout", "1")

    code, answer = waiting.end()

    assert (code, answer["is_proved"]) == (1, False)
    assert "looking again in" in waiting.told


@pytest.mark.parametrize("options, complaint", [
    (["--wait", "--timeout", "soon"], "no number of seconds"), (["--timeout", "5"], "is for --wait")])
def test_a_time_that_is_none_is_refused(daemon, options, complaint):
    done = daemon.run_ctl("key", "check", "example.com", *options)
    assert (done.returncode, complaint in done.stderr) == (2, True), done.stderr


def test_no_daemon_at_all_is_not_waited_for(daemon, place):
    done = daemon.run_ctl("key", "check", "dk_" + "0" * 32, "--wait", control=place() / "nothing")
    assert (done.returncode, "is signetd running?" in done.stderr) == (2, True), done.stderr


# What is told beside: DMARC and SPF.

@dataclass(frozen=True)
class Beside:
    """The name of a case, what is published (with "D" for the domain), and of each note whether it warns and a part."""
    id: str
    published: dict
    notes: tuple
    options: tuple = ()


DMARC, SPF = {"_dmarc.D": "v=DMARC1; p=none"}, {"D": "v=spf1 ip4:192.0.2.1 -all"}
BESIDE = [
    Beside("all-well", {**DMARC, **SPF}, ((False, "DMARC"), (False, "SPF"))),
    Beside("neither", {}, ((True, "DMARC"), (False, "SPF"))),
    Beside("several-dmarc", {"_dmarc.D": [("TXT", "v=DMARC1; p=none"), ("TXT", "v=DMARC1; p=reject")], **SPF},
           ((True, "DMARC"), (False, "SPF"))),
    Beside("several-spf", {**DMARC, "D": [("TXT", "v=spf1 -all"), ("TXT", "v=spf1 mx -all")]},
           ((False, "DMARC"), (True, "SPF"))),
    Beside("strict-and-for-subdomains", {"_dmarc.D": "v=DMARC1; p=none; adkim=s", **SPF},
           ((False, "DMARC"), (True, "adkim=s"), (False, "SPF")), ("--match", "DomainAndSubdomains")),
]


@pytest.mark.parametrize("case", BESIDE, ids=[case.id for case in BESIDE])
def test_what_dmarc_and_spf_say_is_told_beside(daemon, internet, zone, case):
    domain = f"beside-{case.id}.example"
    zone(domain, {name.replace("D", domain) if name.endswith("D") else name: value
                  for name, value in case.published.items()})
    key = daemon.create_key(domain, *case.options, activate=False)
    internet.resolver.flush()

    notes = json.loads(daemon.run_ctl("key", "check", key["id"]).stdout)["notes"]

    assert [(note["is_warning"], part in note["text"]) for note, (_, part) in zip(notes, case.notes, strict=True)] == [
        (warns, True) for warns, _ in case.notes], notes
