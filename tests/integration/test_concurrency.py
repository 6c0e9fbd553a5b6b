# SPDX-License-Identifier: ISC
"""Many clients who activate, change and deactivate keys of one domain at once: what comes of it is consistent."""

import itertools
import random
import threading

import pytest
from support.control import Control
from support.mta import Connection

CLIENTS, CALLS = 6, 40
ORGS = ("main", "acme")
MATCHES = ("DomainOnly", "SubdomainsOnly", "DomainAndSubdomains")
DOMAIN = "busy.example"
SENDERS = {DOMAIN: "DomainOnly", f"a.{DOMAIN}": "SubdomainsOnly"}


def place_of(key):
    """Of what at most one active key may be."""
    return key["org"], key["algorithm"], key["domain_match"]


def make_keys(daemon):
    """Two of each place, in two organizations."""
    with Control(daemon.control_socket) as control:
        return [control.call("CreateKey", domain=DOMAIN, org=org, domain_match=match, algorithm=algorithm)["key"]["id"]
                for org, match, algorithm, _ in itertools.product(
                    ORGS, MATCHES, ("rsa-sha256", "ed25519-sha256"), range(2))]


def some_call(choose, ids):
    method = choose.choice(["ActivateKey", "ActivateKey", "UpdateKey", "DeactivateKey"])
    parameters = {"id": choose.choice(ids)}
    if method != "DeactivateKey":
        parameters["without_dns_check"] = True
    if method == "UpdateKey":
        parameters["domain_match"] = choose.choice(MATCHES)
    return method, parameters


def be_busy(daemon, ids, seed, failures):
    choose = random.Random(seed)
    with Control(daemon.control_socket) as control:
        for _ in range(CALLS):
            method, parameters = some_call(choose, ids)
            control.send(method, **parameters)
            answer = control.receive_any()
            if "error" in answer:
                failures.append((method, parameters, answer))


@pytest.fixture(scope="module")
def daemon(signetd):
    """After the clients have been busy."""
    daemon = signetd(False)
    ids, failures = make_keys(daemon), []
    clients = [threading.Thread(target=be_busy, args=(daemon, ids, seed, failures)) for seed in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert failures == [], "each record is of a set of its own: nothing stands in anybody's way"
    return daemon


@pytest.fixture(scope="module")
def keys(daemon):
    """All there are."""
    keys = daemon.ctl("key", "list", "--domain", DOMAIN)["keys"]
    assert len(keys) == len(ORGS) * len(MATCHES) * 2 * 2
    return keys


def naive_choice(keys, org, algorithm, specific):
    """The id of the key that signs: at one domain the more specific match, or else the one for both."""
    active = {key["domain_match"]: key["id"] for key in keys
              if key["is_active"] and (key["org"], key["algorithm"]) == (org, algorithm)}
    return active.get(specific, active.get("DomainAndSubdomains"))


def signers(daemon, sender, queue_id):
    """The ids of the keys that the milter signs with, for organization main."""
    with Connection(daemon.milter_socket) as connection:
        if connection.open_message(header=[("From", f" alice@{sender}")], queue_id=queue_id) is None:
            connection.end_message()
    line = daemon.wait_for_log(rf"queue_id={queue_id} ")
    return {word.removeprefix("key=") for word in line.split() if word.startswith("key=")}


def test_one_key_is_active_at_each_place(keys):
    places = [place_of(key) for key in keys if key["is_active"]]
    assert len(places) == len(set(places)) > 0


@pytest.mark.parametrize(("sender", "specific"), SENDERS.items())
def test_the_keys_sign_that_are_active(daemon, keys, sender, specific):
    wanted = {naive_choice(keys, "main", algorithm, specific) for algorithm in ("rsa-sha256", "ed25519-sha256")}
    assert signers(daemon, sender, f"Q{specific}") == wanted - {None}
    explained = daemon.ctl("explain", "--from", f"alice@{sender}", check=False)
    assert {key["id"] for key in explained["keys"]} == wanted - {None}


def test_the_audit_tells_the_whole_story(daemon, keys):
    """Each row's before is what the row before it left: nothing was changed behind its back."""
    fields = ("domain_match", "is_active")
    with Control(daemon.control_socket) as control:
        for key in keys:
            entries, before = [], None
            while entries == [] or before:
                page = control.call("ListAudit", object=key["id"], **({"before": before} if before else {}))
                entries += page["entries"]
                before = page["next"] and int(page["next"])
            story = [(entry["before"], entry["after"]) for entry in reversed(entries)]
            for (_, left), (found, _) in itertools.pairwise(story):
                assert [left[field] for field in fields] == [found[field] for field in fields]
            assert [story[-1][1][field] for field in fields] == [key[field] for field in fields]
