# SPDX-License-Identifier: ISC
"""Keys rotate by themselves while mail flows: whatever was signed verifies, when it arrives and as long as its key's
record has to stay. Days are seconds here."""

import itertools
import sqlite3
import time

import pytest
from support import samples
from support.daemon import Signetd
from support.place import I_AM_ROOT, NOBODY
from support.verify import Judges
from support.wait import PATIENCE, wait_until

PROVIDER = "keys.example.net"
RETIRE_AFTER = 6  # seconds
ROTATION = {"every": "10s", "retire_after": f"{RETIRE_AFTER}s", "margin": "1s", "queue_life": "1s",
            "signature_life": "1s"}
VERIFIERS = ("dkimpy", "opendkim")


@pytest.fixture(scope="module")
def provider(internet, place):
    """The settings of a daemon that publishes in a zone of ours."""
    zone = internet.zone(PROVIDER, servers=1)
    key_file = place() / "tsig.key"
    key_file.write_text(zone.tsig_key_file.read_text())
    key_file.chmod(0o644)
    yield {"provider_zone": {"name": PROVIDER, "server": zone.servers[0].endpoint, "tsig_key_file": str(key_file),
                             "ttl": "1s"}}
    internet.remove_zone(zone)


@pytest.fixture(scope="module")
def judges(internet):
    judges = Judges(internet)
    yield judges
    judges.close()


def show(daemon, key):
    return daemon.ctl("key", "show", key["id"])


def delegated(daemon, internet, zone, *arguments):
    """A delegated key with its owner's CNAMEs, active."""
    owner = zone("example.com")
    key = daemon.create_key("example.com", "--algorithm", "ed25519-sha256", *arguments, activate=False)
    wait_until(lambda: show(daemon, key)["txt_records_publish_state"] == "published",
               lambda: f"the records to be published:\n{daemon.log}")
    for record in daemon.ctl("records", key["id"])["records"]:
        owner.publish(record["name"], record["value"], record["type"])
    internet.resolver.flush()
    return daemon.ctl("key", "activate", key["id"])


class Traffic:
    """Messages through an MTA, each verified when it arrives, and again before its key's record may go."""

    def __init__(self, mta, sink, judges):
        self._mta, self._sink, self._judges = mta, sink, judges
        self._arrived = []  # [(when it was handed in, message), ...] still to be verified again
        self.selectors, self.again = [], 0

    def send(self):
        began = time.monotonic()
        recipient = samples.fresh_recipient()
        assert self._mta.submit_smtp(samples.plain(), recipients=[recipient]).code == 250
        message = self._sink.wait_for(recipient).data
        selectors = self._verify(began, message)
        if selectors:
            self.selectors.append(selectors)
            self._arrived.append((began, message))

    def verify_again(self):
        """Those whose record must still be there, late as it is."""
        while self._arrived and time.monotonic() - self._arrived[0][0] > RETIRE_AFTER / 2:
            began, message = self._arrived.pop(0)
            self.again += bool(self._verify(began, message))

    def _verify(self, began, message):
        """The selector that all verifiers passed; nothing if the machine was so slow that the record may be gone."""
        verdicts = [verdict for name in VERIFIERS for verdict in getattr(self._judges, name)(message)]
        if time.monotonic() - began > RETIRE_AFTER:
            return None
        assert len(verdicts) == len(VERIFIERS) and all(verdict.passed for verdict in verdicts), verdicts
        selector, = {verdict.selector for verdict in verdicts}
        return selector


def rotations(daemon):
    return len(daemon.log_lines(r"event=rotated"))


@pytest.mark.parametrize("calamity", ["in-peace", "keeper-killed"])
def test_mail_verifies_through_rotations(signetd, postfix, sink, internet, zone, provider, judges, calamity):
    daemon = signetd(internet=internet, settings={**provider, "rotation": ROTATION})
    mta = postfix(daemon.postfix_milter)
    key = delegated(daemon, internet, zone)
    traffic = Traffic(mta, sink, judges)
    deadline = time.monotonic() + 6 * PATIENCE
    kills = itertools.islice(itertools.count(20, 30), 6 if calamity == "keeper-killed" else 0)  # after so many messages
    kill = next(kills, None)
    for number in itertools.count():
        traffic.send()
        traffic.verify_again()
        if number == kill:
            daemon.kill("keeper")
            kill = next(kills, None)
        if len(set(traffic.selectors)) == 2 and traffic.selectors[-1] == traffic.selectors[0] and rotations(daemon) > 1:
            break  # from one slot to the other, and back: with another key in it
        assert time.monotonic() < deadline, daemon.log
    assert traffic.again > 0
    daemon.wait_for_answer()
    now = show(daemon, key)
    assert now["rotated_at"] and now["is_active"]
    assert now["public_key"] != key["public_key"], "the slot it came back to has a new key"


def test_a_next_key_that_is_not_proved_never_signs(signetd, internet, zone, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": {**ROTATION, "every": "10s"}})
    key = delegated(daemon, internet, zone)
    idle = next(record for record in daemon.ctl("records", key["id"])["records"] if record["slot"] == "alternate")
    internet.publish(idle["name"].rstrip("."), "elsewhere.example.com.", "CNAME")
    refused = daemon.run_ctl("key", "rotate", key["id"])
    assert refused.returncode == 1, refused
    wait_until(lambda: show(daemon, key)["dns_status"]["alternate"]["state"] == "failed",
               lambda: f"the rotation to look:\n{daemon.log}", timeout=2 * PATIENCE)
    time.sleep(1.5 * 10)  # more than the whole time between two rotations
    assert show(daemon, key)["signing_slot"] == "primary"
    assert not rotations(daemon)
    assert show(daemon, key)["rotation"]["step"] in ("publishing", "appearing")


def test_a_record_that_vanishes_is_told_and_signing_goes_on(signetd, internet, zone, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": {**ROTATION, "every": "0s"}})
    key = delegated(daemon, internet, zone)
    internet.publish(f"{key['selector']}._domainkey.example.com", "elsewhere.example.com.", "CNAME")
    daemon.ctl("key", "check", key["id"], check=False)
    daemon.wait_for_log(r"event=record-lost domain=example.com .*code=wrong-target")
    trouble, = daemon.ctl("status")["troubles"]
    assert (trouble["kind"], trouble["domain"], trouble["name"]) == ("dns", "example.com", key["selector"])
    assert show(daemon, key)["is_active"]
    daemon.ctl("key", "check", key["id"], check=False)
    assert len(daemon.log_lines(r"event=record-lost")) == 1


def test_rotate_by_hand(signetd, internet, zone, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": {**ROTATION, "every": "0s"}})
    key = delegated(daemon, internet, zone)
    done = wait_until(lambda: (done := daemon.run_ctl("key", "rotate", key["id"])).returncode == 0 and done,
                      lambda: f"the next key to be ready:\n{daemon.log}")
    assert '"signing_slot": "alternate"' in done.stdout
    again = daemon.run_ctl("key", "rotate", key["id"])
    assert again.returncode == 1, "not within retire_after"
    actions = [entry["action"] for entry in daemon.ctl("audit", "--object", key["id"])["entries"]]
    assert "key rotate" in actions


def test_revoke_switches_and_empties_the_record(signetd, internet, zone, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": {**ROTATION, "every": "0s"}})
    key = delegated(daemon, internet, zone)
    wait_until(lambda: daemon.run_ctl("key", "rotate", key["id"]).returncode == 0,
               lambda: f"the next key to be ready:\n{daemon.log}")
    wait_until(lambda: show(daemon, key)["dns_status"]["primary"]["state"] == "verified"
               and show(daemon, key)["public_key"] != key["public_key"],
               lambda: f"another next key:\n{daemon.log}", timeout=2 * PATIENCE)
    bad = show(daemon, key)
    answer = daemon.ctl("key", "revoke", key["id"], "--slot", "alternate")
    wait_until(lambda: internet.text(bad["alternate_txt_record_name"]) == "v=DKIM1; k=ed25519; p=",
               lambda: f"an empty p=:\n{daemon.log}")
    if not answer["has_stopped"]:
        assert show(daemon, key)["signing_slot"] == "primary"


def test_revoke_without_a_proved_next_key_stops_the_set(signetd, internet, zone, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": {**ROTATION, "every": "0s"}})
    key = delegated(daemon, internet, zone)
    internet.publish(f"{key['alternate_selector']}._domainkey.example.com", "elsewhere.example.com.", "CNAME")
    answer = daemon.ctl("key", "revoke", key["id"], "--slot", "primary")
    assert answer["has_stopped"] and not show(daemon, key)["is_active"]
    refused = daemon.run_ctl("key", "activate", key["id"], "--without-dns-check")
    assert refused.returncode == 1 and "revoked" in refused.stderr
    wait_until(lambda: internet.text(key["txt_record_name"]) == "v=DKIM1; k=ed25519; p=",
               lambda: f"an empty p=:\n{daemon.log}")


def test_a_record_not_looked_at_for_a_day_is_looked_at(signetd, internet, zone, provider):
    daemon = signetd(internet=internet, settings={**provider, "rotation": {**ROTATION, "every": "0s"}})
    key = delegated(daemon, internet, zone)
    wait_until(lambda: show(daemon, key)["rotation"]["step"] == "ready", lambda: f"the next key:\n{daemon.log}")
    daemon.stop()
    store = sqlite3.connect(daemon.state / "store" / "signetd.db")
    with store:
        store.execute("UPDATE key_slot SET dns_checked_at = dns_checked_at - 90000")
        # its own proof is not in question: the rotation has no reason of its own to look
        store.execute("UPDATE key_set SET rotation_look_at = 0")
    long_ago, = store.execute("SELECT max(dns_checked_at) FROM key_slot").fetchone()
    store.close()
    daemon.start()
    wait_until(lambda: checked_at(daemon) > long_ago + 80000, lambda: f"another look:\n{daemon.log}")


def checked_at(daemon):
    store = sqlite3.connect(f"file:{daemon.state}/store/signetd.db?mode=ro", uri=True)
    oldest, = store.execute("SELECT min(dns_checked_at) FROM key_slot").fetchone()
    store.close()
    return oldest


def test_a_policy_that_would_lose_mail_is_refused(programs, place):
    daemon = Signetd(programs, place(NOBODY if I_AM_ROOT else None),
                     settings={"rotation": {"retire_after": "3d"}})
    assert daemon.fails_to_start() == 78
    assert "rotation.retire_after" in daemon.log
