# SPDX-License-Identifier: ISC
"""DNSSEC: zones that are signed, and how they fail, seen by a resolver that checks; whoever receives mail may check."""

import itertools
import json

import pytest
from support import dnskey
from support.wait import wait_until

BOGUS = "dnssec-bogus"
OTHER_KEY = dnskey.ed25519().record

# Zones: their servers, and of which zone's key the resolver believes that they are signed with it, if with any.
ZONES = {
    "secure.example": ("signed", "secure.example"),
    "insecure.example": ("signed", None),
    "plain.example": ("bind", None),
    "stripped.example": ("bind", "secure.example"),  # not signed any more, while its DS record is still there
    "mismatch.example": ("signed", "secure.example"),  # signed with a key that its DS record does not name
}
SECURE = {"secure.example"}
FAILING = {"stripped.example", "mismatch.example"}

_numbers = itertools.count()


class Signed:
    """The zones, and the resolver."""

    def __init__(self, internet):
        self._internet = internet
        self.zones = {name: internet.zone(name, kind=kind) for name, (kind, _) in ZONES.items()}
        self.resolver = internet.validating_resolver(
            {name: self._key_of(signer) for name, (_, signer) in ZONES.items() if signer})

    def _key_of(self, name):
        """The data of the DNSKEY that signs the others."""
        def found():
            lines = self._internet.dig("+short", "DNSKEY", name,
                                       server=self.zones[name].servers[0].address).splitlines()
            return next((line for line in lines if line.startswith("257 ")), None)
        return wait_until(found, f"{name} to have a key")

    def close(self):
        self.resolver.stop()
        for zone in self.zones.values():
            self._internet.remove_zone(zone)


@pytest.fixture(scope="module")
def signed(internet):
    signed = Signed(internet)
    yield signed
    signed.close()


@pytest.fixture(scope="module")
def daemon(signetd, internet, signed):
    return signetd(internet=internet, settings={"dns": {"resolvers": [signed.resolver.endpoint]}})


class Key:
    """A key of a domain in one of the zones; nothing of it is published yet."""

    def __init__(self, daemon, signed, zone, label):
        self._daemon, self._signed, self._zone = daemon, signed, signed.zones[zone]
        self.domain = f"{label}.{zone}"
        self.id = daemon.create_key(self.domain, "--algorithm", "ed25519-sha256", activate=False)["id"]
        self.records = daemon.ctl("records", self.id)["records"]

    def publish(self, change=lambda value: value):
        for record in self.records:
            self._zone.publish(record["name"], change(record["value"]))

    def lead(self, target):
        """CNAMEs to names below the target."""
        for number, record in enumerate(self.records):
            self._zone.publish(record["name"], f"{number}.{target}.", "CNAME")

    def check(self, style=("--json",)):
        """The exit code, and the slots, or what is printed."""
        self._signed.resolver.flush()
        done = self._daemon.run_ctl("key", "check", self.id, style=style)
        return done.returncode, json.loads(done.stdout)["slots"] if style else done.stdout


@pytest.fixture
def key(daemon, signed):
    """key(zone): of a domain of its own."""
    return lambda zone: Key(daemon, signed, zone, f"d{next(_numbers)}")


@pytest.mark.parametrize("zone", sorted(ZONES.keys() - FAILING))
def test_a_record_is_seen_and_whether_it_is_vouched_for(key, zone):
    made = key(zone)
    made.publish()

    code, slots = made.check()

    assert code == 0
    assert [(slot["code"], slot["dnssec"]) for slot in slots] == [("published", zone in SECURE)] * 2, slots
    printed = made.check(style=())[1]
    assert printed.count("DNSSEC: secure, says the resolver") == 2 * (zone in SECURE), printed
    assert printed.count("DNSSEC: insecure") == 2 * (zone not in SECURE), printed


def test_what_is_not_there_is_vouched_for_too(key):
    code, slots = key("secure.example").check()

    assert code == 1
    assert [(slot["code"], slot["dnssec"]) for slot in slots] == [("not-published", True)] * 2, slots


def test_a_mistake_is_one_in_a_signed_zone_too(key):
    made = key("secure.example")
    made.publish(lambda value: OTHER_KEY)

    assert [(slot["code"], slot["dnssec"]) for slot in made.check()[1]] == [("other-key", True)] * 2


@pytest.mark.parametrize("zone", sorted(FAILING))
def test_a_zone_that_does_not_verify_is_said_to_be_one(key, daemon, zone):
    made = key(zone)
    made.publish()

    code, slots = made.check()

    assert code == 2
    for slot in slots:
        assert (slot["code"], slot["state"], slot["dnssec"]) == (BOGUS, "unchecked", False), slot
        assert "the zone's signatures do not verify" in slot["sentence"], slot
        assert f"the name servers of {zone} have the right record" in slot["sentence"], slot
        assert "trust anchor" in slot["advice"], slot
        assert any("(rcode 2), answered without checking DNSSEC" in line for line in slot["seen"]), slot
    assert daemon.run_ctl("key", "activate", made.id).returncode == 2, "nobody can say now"


@pytest.mark.parametrize("zone", sorted(FAILING))
def test_a_mistake_is_one_in_a_zone_that_does_not_verify_too(key, zone):
    made = key(zone)
    made.publish(lambda value: OTHER_KEY)

    assert [slot["code"] for slot in made.check()[1]] == ["other-key"] * 2


def test_where_a_cname_leads_may_be_what_does_not_verify(key, signed):
    made = key("secure.example")
    made.lead("led.stripped.example")
    for number, record in enumerate(made.records):
        signed.zones["stripped.example"].publish(f"{number}.led.stripped.example", record["value"])

    for number, slot in enumerate(made.check()[1]):
        assert (slot["code"], slot["dnssec"]) == (BOGUS, False), slot
        assert f"{number}.led.stripped.example" in slot["sentence"], slot


def test_a_chain_is_secure_when_all_of_it_is(key, signed):
    made = key("secure.example")
    made.lead("led.plain.example")
    for number, record in enumerate(made.records):
        signed.zones["plain.example"].publish(f"{number}.led.plain.example", record["value"])

    assert [(slot["code"], slot["dnssec"]) for slot in made.check()[1]] == [("published", False)] * 2


def test_what_was_proved_before_stays_so_when_the_zone_does_not_verify(daemon, key, signed, internet):
    """The domain moves into a zone of its own, which is not signed, with a DS record of another."""
    made = key("secure.example")
    made.publish()
    assert made.check()[0] == 0
    parent, domain = signed.zones["secure.example"], made.domain
    below = internet.zone(domain, {record["name"].rstrip("."): record["value"] for record in made.records})
    parent.publish(domain, f"12345 13 2 {'5A' * 32}", "DS")
    try:
        code, slots = made.check()
    finally:
        parent.remove(domain, "DS")
        internet.remove_zone(below)

    assert (code, [slot["code"] for slot in slots]) == (2, [BOGUS] * 2), slots
    status = daemon.ctl("key", "show", made.id)["dns_status"]
    assert [status[slot]["state"] for slot in ("primary", "alternate")] == ["verified"] * 2
