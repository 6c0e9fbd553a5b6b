# SPDX-License-Identifier: ISC
"""signetctl and the control socket: the life of a key, who may do what, and how wrong input is answered."""

import contextlib
import json
import os
import socket
import subprocess

import pytest
from support.mta import Connection
from support.place import I_AM_ROOT, NOBODY

YES, NO, COULD_NOT = 0, 1, 2

FIELDS = {
    "id", "org", "domain", "domain_match", "is_active", "algorithm", "key_size", "selector", "alternate_selector",
    "private_key", "alternate_private_key", "public_key", "alternate_public_key", "signing_slot", "publication",
    "test_mode", "dns_status",
}


@pytest.fixture(scope="module")
def daemon(as_root, signetd):
    return signetd(as_root, settings={"control_mode": "0666"})


@pytest.fixture
def message(place):
    """message(domain): a file with a message from there."""
    directory = place()

    def write(domain):
        path = directory / f"{domain}.eml"
        path.write_text(f"From: alice@{domain}\nTo: bob@example.net\nSubject: x\n\nhello\n")
        return path
    return write


def test_try_shows_the_signed_message(daemon, message):
    daemon.create_key("try.example")
    done = daemon.run_ctl("try", message("try.example"), style=())
    assert done.returncode == YES and done.stdout.startswith("DKIM-Signature: "), done
    assert "not signed" not in done.stderr


def test_try_has_any_macros(daemon, message):
    daemon.create_key("macros.example")
    path = message("macros.example")
    stranger = ["try", path, "--client", "192.0.2.9"]
    assert "DKIM-Signature" not in daemon.run_ctl(*stranger, style=()).stdout
    done = daemon.run_ctl(*stranger, "--macros", "auth_type=EXTERNAL,i=4XyZ", style=())
    assert done.returncode == YES and done.stdout.startswith("DKIM-Signature: "), done
    daemon.wait_for_log('queue_id=4XyZ decision=sign .*from="macros.example"')


def test_try_says_so_when_nothing_is_signed(daemon, message):
    path = message("nobody.example")
    done = daemon.run_ctl("try", path, style=())
    assert (done.returncode, done.stdout) == (YES, path.read_text())
    assert "not signed" in done.stderr and "(no-key): no active key" in done.stderr
    daemon.wait_for_log('reason=no-key .*from="nobody.example"')


@pytest.mark.parametrize("domain, is_suffix", [
    ("co.uk", True), ("xn--55qx5d.cn", True), ("example.co.uk", False), ("suffix.example", False)])
def test_a_key_for_a_public_suffix_is_made_with_a_warning(daemon, domain, is_suffix):
    key = daemon.ctl("key", "create", "--domain", domain)
    assert key["domain"] == domain
    assert ["public suffix" in warning for warning in key["warnings"]] == [True] * is_suffix
    told = daemon.run_ctl("key", "create", "--domain", domain, "--org", "again", style=())
    assert told.returncode == YES
    assert ("warning: the domain is a public suffix" in told.stderr) == is_suffix


def is_signed(daemon, domain):
    with Connection(daemon.milter_socket) as connection:
        reply = connection.open_message(header=[("From", f" alice@{domain}"), ("Subject", " x")])
        return reply is None and len(connection.end_message().inserted) == 1


def test_the_life_of_a_key(daemon):
    key = daemon.ctl("key", "create", "--domain", "life.example")
    assert FIELDS <= key.keys()
    assert (key["domain_match"], key["is_active"], key["algorithm"], key["key_size"]) == (
        "DomainOnly", False, "rsa-sha256", 2048)
    assert key["private_key"].startswith("sk_") and key["selector"] != key["alternate_selector"]
    assert not is_signed(daemon, "life.example")

    records = daemon.ctl("records", key["id"])["records"]
    assert [record["slot"] for record in records] == ["primary", "alternate"]
    assert records[0]["name"].rstrip(".") == f"{key['selector']}._domainkey.life.example"
    assert records[0]["value"] == f"v=DKIM1; k=rsa; p={key['public_key']}"

    refused = daemon.run_ctl("key", "activate", key["id"])
    assert refused.returncode == COULD_NOT and "127.0.0.1@9" in refused.stderr
    assert not is_signed(daemon, "life.example")

    assert daemon.ctl("key", "activate", key["id"], "--without-dns-check", "--dry-run")["dry_run"]
    assert not is_signed(daemon, "life.example")
    daemon.ctl("key", "activate", key["id"], "--without-dns-check")
    assert is_signed(daemon, "life.example"), "an activation is answered when signing sees it"
    assert daemon.ctl("key", "show", key["id"])["is_active"]

    refused = daemon.run_ctl("key", "delete", key["id"])
    assert refused.returncode == NO and "deactivate" in refused.stderr
    daemon.ctl("key", "deactivate", key["id"])
    assert not is_signed(daemon, "life.example")
    assert not daemon.ctl("key", "delete", key["id"])["is_gone"], "mail may be on its way"
    assert daemon.ctl("key", "show", key["id"])["is_retiring"]
    assert daemon.ctl("key", "delete", key["id"], "--now")["is_gone"]
    assert daemon.run_ctl("key", "show", key["id"]).returncode == NO


def test_what_could_not_be_looked_at_is_not_a_no(daemon):
    """The resolver of these tests is nowhere: that is no verdict on the owner's records."""
    key = daemon.ctl("key", "create", "--domain", "unseen.example")
    done = daemon.run_ctl("key", "check", key["id"], style=())
    assert done.returncode == COULD_NOT and "unreachable" in done.stdout, done
    assert "dns.resolvers" in done.stdout, "what to do"


def test_a_refused_rotation_names_what_and_why(daemon):
    key = daemon.create_key("round.example")
    done = daemon.run_ctl("key", "rotate", key["id"])
    assert done.returncode == NO
    for part in ("round.example", key["alternate_selector"], "key check"):
        assert part in done.stderr, done.stderr


def test_an_audit_of_nothing_says_so(daemon):
    done = daemon.run_ctl("audit", "--object", "round.example", style=())
    assert (done.returncode, "round.example" in done.stderr) == (YES, True), done


def test_the_more_specific_key_signs(daemon):
    for domain, match in [("tree.example", "DomainAndSubdomains"), ("deep.tree.example", "DomainOnly")]:
        key = daemon.ctl("key", "create", "--domain", domain, "--match", match)
        daemon.ctl("key", "activate", key["id"], "--without-dns-check")
    assert is_signed(daemon, "a.b.tree.example")
    assert is_signed(daemon, "deep.tree.example")
    assert not is_signed(daemon, "badtree.example")
    assert " d=deep.tree.example " in daemon.wait_for_log(r'from="deep\.tree\.example"')


def test_activating_narrows_what_the_new_key_covers(daemon):
    wide = daemon.ctl("key", "create", "--domain", "narrow.example", "--match", "DomainAndSubdomains")
    daemon.ctl("key", "activate", wide["id"], "--without-dns-check")
    exact = daemon.ctl("key", "create", "--domain", "narrow.example")
    daemon.ctl("key", "activate", exact["id"], "--without-dns-check")
    assert daemon.ctl("key", "show", wide["id"])["domain_match"] == "SubdomainsOnly"
    assert daemon.ctl("key", "show", wide["id"])["is_active"]


def test_another_match_for_a_key_that_signs(daemon):
    wide = daemon.create_key("match.example", "--match", "DomainAndSubdomains")
    exact = daemon.create_key("match.example")
    shown = daemon.ctl("key", "update", exact["id"], "--match", "SubdomainsOnly", "--without-dns-check", "--dry-run")
    assert daemon.ctl("key", "show", exact["id"])["domain_match"] == "DomainOnly"
    done = daemon.ctl("key", "update", exact["id"], "--match", "SubdomainsOnly", "--without-dns-check")
    assert [(e["effect"], e["loses"]) for e in done["effects"]] == [("deactivated", "subdomains")]
    for member in ("effects", "gains", "loses", "warnings", "changed", "domain_match"):
        assert done[member] == shown[member]
    assert (done["gains"], done["loses"]) == ("subdomains", "domain")
    assert not daemon.ctl("key", "show", wide["id"])["is_active"]
    assert is_signed(daemon, "a.match.example") and not is_signed(daemon, "match.example")
    again = daemon.run_ctl("key", "update", exact["id"], "--match", "SubdomainsOnly", style=())
    assert again.returncode == YES and "already" in again.stdout
    refused = daemon.run_ctl("key", "update", exact["id"], "--match", "DomainOnly")
    assert refused.returncode == COULD_NOT and "127.0.0.1@9" in refused.stderr, "the gate is before it"
    said = [entry["action"] for entry in daemon.ctl("audit", "--object", exact["id"])["entries"]]
    assert said[0] == "key update --without-dns-check" and len(said) == 3


def test_the_audit_names_the_domain_of_what_is_gone(daemon):
    key = daemon.ctl("key", "create", "--domain", "gone.example", "--algorithm", "ed25519-sha256")
    daemon.ctl("key", "delete", key["id"])
    lines = daemon.run_ctl("audit", "--object", key["id"], style=()).stdout.splitlines()[1:]
    assert [line.split()[-2:] for line in lines] == [[key["id"], "gone.example"]] * 2


def test_what_retires_is_counted_in_words(signetd):
    daemon = signetd(I_AM_ROOT)
    for number, words in enumerate(["1 key set is deleted and retires", "2 key sets are deleted and retire"]):
        key = daemon.create_key(f"retires-{number}.example", "--algorithm", "ed25519-sha256")
        daemon.ctl("key", "deactivate", key["id"])
        daemon.ctl("key", "delete", key["id"])
        assert words in daemon.run_ctl("status", style=()).stdout


def test_an_empty_list_says_whether_there_are_others(daemon):
    daemon.ctl("key", "create", "--domain", "others.example", "--algorithm", "ed25519-sha256")
    for choice in (["--domain", "none.example"], ["--org", "nobody"]):
        done = daemon.run_ctl("key", "list", *choice, style=())
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "No such keys.\n")


def test_test_mode_is_in_the_records(daemon):
    key = daemon.ctl("key", "create", "--domain", "test.example", "--test-mode", "on")
    assert key["test_mode"]
    for switch, expected in (("off", False), ("on", True), ("off", False)):
        assert daemon.ctl("key", "update", key["id"], "--test-mode", switch)["test_mode"] == expected
        values = [record["value"] for record in daemon.ctl("records", key["id"])["records"]]
        assert [("; t=y;" in value) for value in values] == [expected, expected]
    told = daemon.run_ctl("key", "update", key["id"], "--test-mode", "on", style=()).stdout
    assert f"v=DKIM1; k=rsa; t=y; p={key['public_key']}" in told, "what to publish now"


def test_test_mode_is_the_owners(daemon):
    key = daemon.ctl("key", "create", "--domain", "shared.example")
    theirs = daemon.ctl("key", "create", "--domain", "shared.example", "--org", "acme", "--private-key",
                        key["private_key"])
    refused = daemon.run_ctl("key", "update", theirs["id"], "--test-mode", "on")
    assert refused.returncode == NO and "main" in refused.stderr
    assert not daemon.ctl("key", "show", key["id"])["test_mode"]


@pytest.mark.parametrize(("arguments", "exit_status", "said"), [
    (["key", "update", "none.example"], COULD_NOT, "--match"),
    (["key", "update", "none.example", "--match", "DomainOnly"], NO, "none.example"),
    (["key", "update", "none.example", "--test-mode", "perhaps"], COULD_NOT, "perhaps"),
    (["key", "create"], COULD_NOT, "--domain"),
    (["key", "create", "--domain", "not..a.domain"], COULD_NOT, "not..a.domain"),
    (["key", "create", "--domain", "x" * 64 + ".example"], COULD_NOT, "label"),
    (["key", "create", "--domain", "[192.0.2.1]"], COULD_NOT, "192.0.2.1"),
    (["key", "create", "--domain", "ok.example", "--algorithm", "rsa-sha1"], COULD_NOT, "rsa-sha1"),
    (["key", "create", "--domain", "ok.example", "--match", "Everything"], COULD_NOT, "Everything"),
    (["key", "create", "--domain", "ok.example", "--selector", "a b"], COULD_NOT, "selector"),
    (["key", "show", "dk_00000000000000000000000000000000"], NO, "dk_0000"),
    (["key", "show", "unknown.example"], NO, "unknown.example"),
    (["key", "frobnicate"], COULD_NOT, "frobnicate"),
    (["key", "activate"], COULD_NOT, "KEY"),
], ids=lambda value: "-".join(value)[:40] if isinstance(value, list) else None)
def test_wrong_input_is_named(daemon, arguments, exit_status, said):
    done = daemon.run_ctl(*arguments)
    assert (done.returncode, said in done.stderr) == (exit_status, True), done.stderr


def test_a_selector_is_used_once(daemon):
    daemon.ctl("key", "create", "--domain", "twice.example", "--selector", "one")
    done = daemon.run_ctl("key", "create", "--domain", "twice.example", "--selector", "one")
    assert done.returncode == NO and "one" in done.stderr


def test_no_daemon_is_said_in_words(daemon, place):
    done = daemon.run_ctl("status", control=place() / "nobody")
    assert done.returncode == COULD_NOT and "is signetd running?" in done.stderr


def test_who_may_only_read_changes_nothing_and_sees_no_handle(signetd):
    if not I_AM_ROOT:
        pytest.skip("only root can ask as another user")
    daemon = signetd(True, settings={"control_mode": "0666"})
    daemon.ctl("key", "create", "--domain", "secret.example")
    reader = NOBODY
    listed = daemon.run_ctl("key", "list", uid=reader)
    assert listed.returncode == YES
    assert [key.get("private_key") for key in json.loads(listed.stdout)["keys"]] == [None]
    assert "sk_" not in listed.stdout
    assert daemon.run_ctl("status", uid=reader).returncode == YES
    for change in (["key", "create", "--domain", "theirs.example"], ["key", "deactivate", "secret.example"],
                   ["key", "delete", "secret.example"]):
        done = daemon.run_ctl(*change, uid=reader)
        assert done.returncode == COULD_NOT and "not change anything" in done.stderr, done.stderr


SILENT_CLIENTS = """
import socket, sys
clients = [socket.socket(socket.AF_UNIX) for _ in range(100)]
for client in clients:
    client.setblocking(False)
    try:
        client.connect(sys.argv[1])
    except BlockingIOError:
        pass
print("connected", flush=True)
sys.stdin.read()
"""


def test_silent_clients_keep_nobody_out(signetd):
    if not I_AM_ROOT:
        pytest.skip("only root can be somebody else's silent client")
    daemon = signetd(True, settings={"control_mode": "0666"})
    silent = subprocess.Popen(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                               "/usr/bin/python3", "-c", SILENT_CLIENTS, daemon.control_socket],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert silent.stdout.readline() == b"connected\n"
        key = daemon.create_key("silent.example")
        assert key["is_active"] and is_signed(daemon, "silent.example")
    finally:
        silent.stdin.close()
        silent.wait()


def test_hostile_messages_end_their_connection_only(daemon):
    for octets in (b"\0", b"{\0", b"[]\0", b'{"method": 7}\0', b"x" * (2 << 20), os.urandom(1000) + b"\0"):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(daemon.control_socket))
            client.sendall(octets)
            client.recv(65536)
    assert daemon.ctl("status")
