# SPDX-License-Identifier: ISC
"""Delegated keys: their records get into the provider zone of a real name server, whatever happens on the way."""

import re

import pytest
from support.compiled import preloaded
from support.daemon import Signetd
from support.late_updates import LateUpdates
from support.place import I_AM_ROOT, NOBODY
from support.wait import wait_until

PROVIDER = "keys.example.net"


class Provider:
    """The provider zone, and what a daemon is told of it."""

    def __init__(self, zone, place, tsig_key=None, endpoint=None):
        self.zone = zone
        self._endpoint = endpoint or zone.servers[0].endpoint
        self._key_file = place() / "tsig.key"
        self._key_file.write_text(tsig_key or zone.tsig_key_file.read_text())
        self._key_file.chmod(0o644)  # the daemon may be an ordinary user

    @property
    def settings(self):
        return {
            "dns": {"resolvers": ["127.0.0.1"], "timeout": "2s"},
            "provider_zone": {"name": PROVIDER, "server": self._endpoint,
                              "tsig_key_file": str(self._key_file), "ttl": "5s"},
        }


@pytest.fixture(params=["bind", "knot"])
def provider(request, zone, place):
    return Provider(zone(PROVIDER, kind=request.param), place)


@pytest.fixture
def daemon(provider, signetd, internet, as_root):
    return signetd(as_root=as_root, internet=internet, settings=provider.settings)


def create(daemon, domain):
    return daemon.create_key(domain, activate=False)


def state_of(daemon, key):
    return daemon.ctl("key", "show", key["id"])["txt_records_publish_state"]


def wait_until_published(daemon, key):
    wait_until(lambda: state_of(daemon, key) == "published", lambda: f"{key['id']} to be published:\n{daemon.log}")


def targets(key):
    return [key["txt_record_name"], key["alternate_txt_record_name"]]


def test_both_slots_are_published_and_what_the_owner_publishes_leads_there(daemon, zone, internet):
    owner = zone("example.com")
    key = create(daemon, "example.com")
    wait_until_published(daemon, key)
    for name, public_key in zip(targets(key), [key["public_key"], key["alternate_public_key"]], strict=True):
        assert name.endswith("." + PROVIDER)
        assert internet.text(name) == f"v=DKIM1; k=rsa; p={public_key}"
    refused = daemon.run_ctl("key", "activate", key["id"])
    assert refused.returncode == 1
    for record, target in zip(daemon.ctl("records", key["id"])["records"], targets(key), strict=True):
        assert (record["type"], record["value"]) == ("CNAME", f"{target}.")
        owner.publish(record["name"], record["value"], "CNAME")
    internet.resolver.flush()
    assert daemon.ctl("key", "check", key["id"])["is_proved"]
    assert daemon.ctl("key", "activate", key["id"])["is_active"]


def test_test_mode_goes_into_the_published_records_and_out_again(daemon, internet):
    key = create(daemon, "example.com")
    wait_until_published(daemon, key)
    values = [f"p={key['public_key']}", f"p={key['alternate_public_key']}"]
    for switch, middle in (("on", "t=y; "), ("off", "")):
        daemon.ctl("key", "update", key["id"], "--test-mode", switch)
        wait_until_published(daemon, key)
        internet.resolver.flush()
        for name, value in zip(targets(key), values, strict=True):
            assert internet.text(name) == f"v=DKIM1; k=rsa; {middle}{value}"


def test_an_owner_can_publish_with_what_nsupdate_is_given(daemon, zone, internet):
    owner = zone("example.com", {"stale._domainkey.example.com": "v=DKIM1; p=AAAA"})
    key = daemon.create_key("example.com", "--selector", "stale", activate=False)
    wait_until_published(daemon, key)
    owner.servers[0].update("\n".join(record["nsupdate"] for record in daemon.ctl("records", key["id"])["records"]))
    internet.resolver.flush()
    assert daemon.ctl("key", "check", key["id"])["is_proved"]


def test_what_fails_says_why_and_is_tried_again(daemon, provider):
    provider.zone.servers[0].stop()
    key = create(daemon, "example.com")
    wait_until(lambda: state_of(daemon, key) == "failed", lambda: f"a failure:\n{daemon.log}")
    line = daemon.wait_for_log(r"event=publish-failed")
    assert provider.zone.servers[0].address in line and "cannot be reached" in line
    provider.zone.servers[0].start()
    wait_until_published(daemon, key)


def test_a_record_that_the_server_passes_over_is_no_success(daemon, provider, internet):
    """BIND says NOERROR to a TXT record beside a CNAME, and does nothing."""
    provider.zone.servers[0].stop()
    key = create(daemon, "example.com")
    wait_until(lambda: state_of(daemon, key) == "failed", lambda: f"a failure:\n{daemon.log}")
    blocked = key["txt_record_name"]
    with daemon.frozen("keeper"):
        provider.zone.servers[0].start()
        provider.zone.publish(blocked, "elsewhere.example.net.", "CNAME")
    wait_until(lambda: internet.text(key["alternate_txt_record_name"]), lambda: f"the other slot:\n{daemon.log}")
    assert state_of(daemon, key) == "failed"
    assert not internet.text(blocked)


def test_a_record_that_the_provider_zone_lost_is_published_again(daemon, provider, zone, internet):
    owner = zone("example.com")
    key = create(daemon, "example.com")
    wait_until_published(daemon, key)
    for record in daemon.ctl("records", key["id"])["records"]:
        owner.publish(record["name"], record["value"], "CNAME")
    lost = key["txt_record_name"]
    provider.zone.remove(lost)
    internet.resolver.flush()
    look = daemon.ctl("key", "check", key["id"], check=False)
    assert [slot["code"] for slot in look["slots"]] == ["dangling-target", "published"]
    wait_until(lambda: internet.text(lost), lambda: f"the record to come back:\n{daemon.log}")
    assert internet.text(lost) == f"v=DKIM1; k=rsa; p={key['public_key']}"
    wait_until_published(daemon, key)


def test_nothing_is_lost_when_the_keeper_dies_over_it(daemon, provider):
    provider.zone.servers[0].freeze()
    key = create(daemon, "example.com")
    killed = daemon.kill("keeper")
    provider.zone.servers[0].thaw()
    daemon.wait_for_successor("keeper", of=killed)
    wait_until_published(daemon, key)


def test_whatever_is_at_a_name_is_replaced(daemon, provider, internet):
    """Records of others, several, cut into strings as nobody would."""
    key = create(daemon, "example.com")
    wait_until_published(daemon, key)
    name = key["txt_record_name"]
    provider.zone.publish(name, ["v=", "", "DKIM1; ", "p=" + "A" * 200, "A" * 100])
    provider.zone.add(name, "and another")
    daemon.ctl("key", "update", key["id"], "--test-mode", "on")
    wait_until_published(daemon, key)
    internet.resolver.flush()
    assert internet.text(name) == f"v=DKIM1; k=rsa; t=y; p={key['public_key']}"


PREREQUISITE_FAILED = 8  # NXRRSET (RFC 2136 §2.2)


@pytest.mark.parametrize("kind", ["bind", "knot"])
def test_an_update_that_arrives_late_does_not_bring_a_revoked_key_back(zone, place, signetd, internet, kind):
    """The update of t=y is under way for long; meanwhile the key is revoked."""
    made = zone(PROVIDER, kind=kind)
    relay = LateUpdates(internet, "127.0.0.3", made.servers[0].address)
    provider = Provider(made, place, endpoint=relay.endpoint)
    daemon = signetd(internet=internet, settings=provider.settings)
    key = daemon.create_key("example.com")
    wait_until_published(daemon, key)
    name = key["txt_record_name"]
    relay.keep(name.split(".")[0])
    daemon.ctl("key", "update", key["id"], "--test-mode", "on")
    relay.wait_until_kept()

    daemon.ctl("key", "revoke", key["id"], "--slot", "primary")

    def seen():
        internet.resolver.flush()
        return internet.text(name)
    wait_until(lambda: seen().endswith("p="), lambda: f"the revocation to be published:\n{daemon.log}")
    assert relay.release() == PREREQUISITE_FAILED
    assert seen().endswith("p=")
    relay.close()


def test_a_zone_made_by_hand_is_awaited(zone, internet, signetd):
    made = zone(PROVIDER)
    daemon = signetd(internet=internet, settings={"provider_zone": {"name": PROVIDER}})
    key = create(daemon, "example.com")
    wait_until(lambda: state_of(daemon, key) == "failed", lambda: f"it to be missed:\n{daemon.log}")
    assert "signetctl zone" in daemon.wait_for_log(r"event=publish-failed")
    records = daemon.ctl("zone")["records"]
    assert [record["name"] for record in records] == targets(key)
    made.servers[0].update("\n".join(f"update add {record['zone'].strip()}" for record in records))
    internet.resolver.flush()
    wait_until_published(daemon, key)


REFUSALS = {  # what is wrong with the key or the zone, and what is said of it
    "another-secret": "NOTAUTH (BADSIG): it has another secret",
    "another-name": "NOTAUTH (BADKEY): it has no TSIG key",
    "another-clock": "NOTAUTH (BADTIME): its clock and ours",
    "another-zone": "is it the primary server of other.example.net",
    "no-right-to-it": "REFUSED: the key may not",
}
OF_KNOT = {"no-right-to-it": "NOTAUTH (BADKEY)"}


@pytest.mark.parametrize("kind", ["bind", "knot"])
@pytest.mark.parametrize("wrong", [
    pytest.param(wrong, marks=[pytest.mark.plain_build] * (wrong == "another-clock"))  # a sanitizer wants to be first
    for wrong in REFUSALS])
def test_a_refusal_is_told_in_words(zone, place, signetd, internet, wrong, kind):
    made = zone(PROVIDER, kind=kind)
    good = made.tsig_key_file.read_text()
    secret = re.search('secret "(.*?)"', good)[1]
    provider = Provider(made, place, {
        "another-secret": good.replace(secret, "c3RyYW5nZXI="),
        "another-name": good.replace("publication.", "publications."),
        "no-right-to-it": made.data.stranger_key.text,
    }.get(wrong))
    settings = provider.settings
    if wrong == "another-zone":
        settings["provider_zone"]["name"] = "other.example.net"
    directory = place(NOBODY if I_AM_ROOT else None)
    environment = {"LD_PRELOAD": str(preloaded("clock_of_dns", directory))} if wrong == "another-clock" else {}
    daemon = signetd(internet=internet, settings=settings, environment=environment)

    key = create(daemon, "example.com")

    wait_until(lambda: state_of(daemon, key) == "failed", lambda: f"a failure:\n{daemon.log}")
    expected = {**REFUSALS, **(OF_KNOT if kind == "knot" else {})}[wrong]
    assert expected in daemon.wait_for_log(r"event=publish-failed")


@pytest.mark.parametrize("text, complaint", [
    ("", "no key"),
    ('key "x" { secret "YWJj"; }', None),
    ('key "x" { algorithm hmac-md5; secret "YWJj"; };', "hmac-md5"),
    ('key "x" { algorithm hmac-sha256; };', "the secret is missing"),
    ('key "x" { algorithm hmac-sha256; secret "not base64!"; };', "not base64"),
])
def test_a_bad_key_file_stops_the_daemon_in_words(programs, zone, place, internet, text, complaint):
    provider = Provider(zone(PROVIDER), place, text or " ")
    daemon = Signetd(programs, place(NOBODY if I_AM_ROOT else None), internet=internet, settings=provider.settings)
    if complaint is None:
        daemon.start().close()
        return
    assert daemon.fails_to_start() == 78
    assert complaint in daemon.log
    assert "not base64!" not in daemon.log
