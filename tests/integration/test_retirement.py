# SPDX-License-Identifier: ISC
"""The end of a key's life: what it signed verifies until it has arrived, then its records are emptied and removed, and
the key goes. Days are seconds here, or do not end at all."""

import itertools
import sqlite3

import pytest
from support.wait import PATIENCE, wait_until

PROVIDER = "keys.example.net"
SHORT = {"every": "0s", "retire_after": "3s", "margin": "1s", "queue_life": "1s", "signature_life": "1s"}
LONG = {**SHORT, "retire_after": "30d"}


@pytest.fixture
def provider_zone(zone):
    return zone(PROVIDER)


@pytest.fixture
def provider(provider_zone, place):
    """The settings of a daemon that publishes in a zone of ours."""
    key_file = place() / "tsig.key"
    key_file.write_text(provider_zone.tsig_key_file.read_text())
    key_file.chmod(0o644)
    return {"provider_zone": {"name": PROVIDER, "server": provider_zone.servers[0].endpoint,
                              "tsig_key_file": str(key_file), "ttl": "1s"}}


def show(daemon, key):
    return daemon.ctl("key", "show", key["id"])


def is_gone(daemon, key):
    return daemon.run_ctl("key", "show", key["id"]).returncode == 1


def wait_until_gone(daemon, key):
    wait_until(lambda: is_gone(daemon, key), lambda: f"{key['id']} to go:\n{daemon.log}", timeout=2 * PATIENCE)


def published(daemon, *arguments):
    key = daemon.create_key("example.com", "--algorithm", "ed25519-sha256", *arguments, activate=False)
    wait_until(lambda: show(daemon, key)["txt_records_publish_state"] == "published",
               lambda: f"the records to be published:\n{daemon.log}")
    return key


def used(daemon, *arguments):
    """A published key that signed, and does no more."""
    key = published(daemon, *arguments)
    daemon.ctl("key", "activate", key["id"], "--without-dns-check")
    daemon.ctl("key", "deactivate", key["id"])
    return key


def targets(key):
    return [key["txt_record_name"], key["alternate_txt_record_name"]]


def texts(internet, key):
    internet.resolver.flush()
    return [internet.text(name) for name in targets(key)]


def actions(daemon, key):
    """What the audit tells of the key and its records, the oldest first, each once; looks may come at any time."""
    told = itertools.chain(*(daemon.ctl("audit", "--object", name)["entries"] for name in [key["id"], *targets(key)]))
    in_order = [entry["action"] for entry in sorted(told, key=lambda entry: entry["number"])]
    return [action for action in dict.fromkeys(in_order) if action != "key check"]


EMPTY = "v=DKIM1; k=ed25519; p="


def test_a_deleted_key_serves_its_mail_and_then_leaves_nothing(signetd, internet, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": SHORT})
    key = used(daemon)
    answer = daemon.ctl("key", "delete", key["id"])
    assert not answer["is_gone"] and answer["key"]["is_retiring"] and answer["key"]["gone_at"]
    seen = []

    def look():
        seen.extend(text for text in texts(internet, key) if text not in seen)
        return is_gone(daemon, key)

    wait_until(look, lambda: f"{key['id']} to go:\n{daemon.log}", timeout=2 * PATIENCE)
    assert not any(texts(internet, key)), "the provider zone is as before"
    assert set(seen) <= {f"{EMPTY}{key['public_key']}", f"{EMPTY}{key['alternate_public_key']}", EMPTY, ""}
    told = actions(daemon, key)
    assert told[told.index("key delete"):] == ["key delete", "empty records", "remove records", "remove record",
                                               "key gone"]
    assert f"selector={key['selector']}" in daemon.wait_for_log(r"event=key-gone domain=example.com")
    store = sqlite3.connect(f"file:{daemon.state}/store/signetd.db?mode=ro", uri=True)
    assert store.execute("SELECT (SELECT count(*) FROM key_set) + (SELECT count(*) FROM key_slot)").fetchone() == (0,)
    store.close()


def test_until_then_all_say_so_and_nobody_signs_with_it(signetd, internet, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": LONG})
    key = used(daemon)
    wait_until(lambda: show(daemon, key)["safe_to_remove_at"], lambda: f"the waits to begin:\n{daemon.log}")
    said = daemon.run_ctl("key", "delete", key["id"], style=()).stdout
    gone_at = show(daemon, key)["gone_at"]
    assert "retiring" in said and gone_at in said
    assert f"{key['selector']}._domainkey.example.com CNAME" in said
    wait_until(lambda: show(daemon, key)["rotation"]["reason"] == "awaits-mail", lambda: f"it to wait:\n{daemon.log}")
    assert show(daemon, key)["rotation"]["step"] == "leaving"
    assert gone_at in daemon.run_ctl("key", "list", style=()).stdout
    assert gone_at in daemon.run_ctl("status", style=()).stdout
    assert texts(internet, key) == [f"{EMPTY}{key['public_key']}", f"{EMPTY}{key['alternate_public_key']}"]
    handle = ["--private-key", show(daemon, key)["private_key"]]
    for refused in (["key", "activate", key["id"], "--without-dns-check"],
                    ["key", "update", key["id"], "--test-mode", "on"],
                    ["key", "rotate", key["id"]],
                    ["key", "create", "--domain", "example.com", "--org", "other", *handle]):
        done = daemon.run_ctl(*refused)
        assert done.returncode == 1 and "deleted" in done.stderr, refused
    assert daemon.ctl("key", "delete", key["id"])["was_retiring"]
    assert show(daemon, key)["gone_at"] == gone_at


def test_at_once_does_not_wait_for_mail(signetd, internet, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": LONG})
    key = used(daemon)
    assert not daemon.ctl("key", "delete", key["id"])["is_gone"]
    assert not daemon.ctl("key", "delete", key["id"], "--now")["is_gone"], "its records are to be removed first"
    wait_until_gone(daemon, key)
    assert not any(texts(internet, key))
    told = actions(daemon, key)
    assert told[told.index("key delete"):] == ["key delete", "key delete --now", "remove records", "remove record",
                                               "key gone"]


def test_a_key_that_never_signed_goes_with_its_records(signetd, internet, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": LONG})
    key = published(daemon)
    assert all(texts(internet, key))
    daemon.ctl("key", "delete", key["id"])
    wait_until_gone(daemon, key)
    assert not any(texts(internet, key))
    published(daemon, "--selector", key["selector"])


def test_nothing_is_half_done_however_often_the_keeper_dies(signetd, internet, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": SHORT})
    key = used(daemon)
    daemon.ctl("key", "delete", key["id"])
    for _ in range(8):
        killed = daemon.kill("keeper")
        daemon.wait_for_successor("keeper", of=killed)
    daemon.wait_for_answer()
    wait_until_gone(daemon, key)
    assert not any(texts(internet, key))


def test_a_name_server_that_is_away_is_waited_for(signetd, internet, provider, provider_zone):
    daemon = signetd(internet=internet, settings={**provider, "dns": {"resolvers": ["127.0.0.1"], "timeout": "1s"},
                                                  "rotation": LONG})
    key = used(daemon)
    provider_zone.servers[0].stop()
    daemon.ctl("key", "delete", key["id"], "--now")
    wait_until(lambda: daemon.ctl("status")["troubles"], lambda: f"a failure:\n{daemon.log}")
    assert not is_gone(daemon, key)
    provider_zone.servers[0].start()
    wait_until_gone(daemon, key)


def test_the_owner_of_a_direct_set_is_told_what_may_go_and_when(signetd, internet):
    daemon = signetd(internet=internet, settings={"rotation": LONG})
    key = daemon.create_key("example.com", activate=False)
    daemon.ctl("key", "activate", key["id"], "--without-dns-check")
    daemon.ctl("key", "deactivate", key["id"])
    wait_until(lambda: show(daemon, key)["safe_to_remove_at"], lambda: f"the waits to begin:\n{daemon.log}")
    said = daemon.run_ctl("key", "delete", key["id"], style=()).stdout
    assert f"from {show(daemon, key)['safe_to_remove_at']} on" in said
    for selector in (key["selector"], key["alternate_selector"]):
        assert f"{selector}._domainkey.example.com TXT" in said
    said = daemon.run_ctl("key", "delete", key["id"], "--now", style=()).stdout
    assert "is deleted" in said and is_gone(daemon, key)


def test_a_direct_set_goes_by_itself(signetd, internet):
    daemon = signetd(internet=internet, settings={"rotation": SHORT, "provider_zone": {"ttl": "1s"}})
    key = daemon.create_key("example.com", activate=False)
    daemon.ctl("key", "activate", key["id"], "--without-dns-check")
    daemon.ctl("key", "deactivate", key["id"])
    daemon.ctl("key", "delete", key["id"])
    wait_until_gone(daemon, key)


def test_a_zone_made_by_hand_loses_the_records_first(signetd, internet, zone):
    made = zone(PROVIDER)
    daemon = signetd(internet=internet, settings={"provider_zone": {"name": PROVIDER, "ttl": "1s"}, "rotation": LONG})
    key = daemon.create_key("example.com", activate=False)
    records = daemon.ctl("zone")["records"]
    made.servers[0].update("\n".join(f"update add {record['zone'].strip()}" for record in records))
    internet.resolver.flush()
    wait_until(lambda: show(daemon, key)["txt_records_publish_state"] == "published", lambda: f"it:\n{daemon.log}")
    daemon.ctl("key", "delete", key["id"])
    wait_until(lambda: daemon.ctl("zone")["records"] == [], lambda: f"it to leave the zone:\n{daemon.log}")
    assert not is_gone(daemon, key)
    for name in targets(key):
        made.remove(name)
    internet.resolver.flush()
    wait_until_gone(daemon, key)


def test_without_its_provider_zone_a_key_says_so_and_can_be_given_up(signetd, internet, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": LONG})
    key = used(daemon)
    daemon.stop()
    daemon.configure(rotation=LONG, provider_zone={"ttl": "1s"})
    daemon.start()
    daemon.ctl("key", "revoke", key["id"], "--slot", "primary")
    daemon.ctl("key", "revoke", key["id"], "--slot", "alternate")
    troubles = wait_until(lambda: [trouble["sentence"] for trouble in daemon.ctl("status")["troubles"]
                                   if trouble["kind"] == "publication"], lambda: f"a trouble:\n{daemon.log}")
    assert any(f"{name} is in no provider_zone" in sentence for name in targets(key) for sentence in troubles)
    assert any("key delete --now" in sentence for sentence in troubles)
    assert not daemon.ctl("key", "delete", key["id"])["is_gone"]
    wait_until(lambda: show(daemon, key)["rotation"]["reason"] == "no-provider-zone",
               lambda: f"the rotation to say so:\n{daemon.log}")
    assert show(daemon, key)["rotation"]["is_alarm"]
    said = daemon.run_ctl("key", "delete", key["id"], "--now", style=()).stdout
    assert all(name in said for name in targets(key)) and "by hand" in said
    assert is_gone(daemon, key)
    assert not daemon.ctl("status")["troubles"]
