# SPDX-License-Identifier: ISC
"""Keys that signed elsewhere before: taken over from files of openssl and opendkim-genkey, or refused in words."""

import base64
import os
import pathlib
import re
import subprocess

import pytest
from support import samples, secrets
from support.control import Control
from support.mta import Connection, signed
from support.place import I_AM_ROOT, NOBODY

YES, NO, COULD_NOT = 0, 1, 2


@pytest.fixture(scope="module")
def daemon(signetd):
    return signetd(as_root=I_AM_ROOT)


@pytest.fixture(scope="module")
def directory(place):
    return place(NOBODY if I_AM_ROOT else None)


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def rsa(path, bits):
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}", "-out", path)


def genrsa(path, bits):
    """PKCS#1, as genrsa wrote it for decades."""
    openssl("genrsa", "-traditional", "-out", path, bits)


def ed25519(path, _):
    openssl("genpkey", "-algorithm", "ED25519", "-out", path)


def genkey(path, bits):
    """As OpenDKIM's users made theirs."""
    subprocess.run(["/usr/sbin/opendkim-genkey", "-D", path.parent, "-s", path.stem, "-d", "example.com",
                    "-b", str(bits)], check=True, capture_output=True)
    path.with_suffix(".private").rename(path)


KINDS = {
    "genpkey-2048": (rsa, 2048), "genrsa-2048": (genrsa, 2048), "genrsa-4096": (genrsa, 4096),
    "genkey-1024": (genkey, 1024), "genkey-2048": (genkey, 2048), "ed25519": (ed25519, 256),
}


@pytest.fixture(scope="module")
def key_file(directory):
    """key_file(kind): such a key's file, the same each time."""
    made = {}

    def make(kind):
        if kind not in made:
            make_it, bits = KINDS[kind]
            made[kind] = directory / f"{kind}.pem"
            make_it(made[kind], bits)
            made[kind].chmod(0o644)
        return made[kind]
    return make


def public_key(path):
    """base64, as in p=, by openssl."""
    text = "".join(openssl("pkey", "-in", path, "-pubout").splitlines()[1:-1])
    if "ed25519" in path.name:  # RFC 8463: the key without its SubjectPublicKeyInfo
        return base64.b64encode(base64.b64decode(text)[-32:]).decode()
    return text


def do_import(daemon, path, domain, selector="s", style=("--json",), uid=None):
    """The finished command, whatever it says."""
    return daemon.run_ctl("key", "import", "--domain", domain, "--selector", selector, path, style=style, uid=uid)


def imported(daemon, path, domain, *more, selector="s"):
    """The record."""
    return daemon.ctl("key", "import", "--domain", domain, "--selector", selector, *more, path)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_imported_signs_and_everybody_verifies(daemon, names, judges, key_file, kind):
    """With the record as the key's owner published it, not as we would."""
    path, domain = key_file(kind), f"{kind}.example"
    algorithm = "ed25519-sha256" if kind == "ed25519" else "rsa-sha256"
    names.publish(f"old._domainkey.{domain}", f"v=DKIM1; k={algorithm.partition('-')[0]}; p={public_key(path)}")

    key = imported(daemon, path, domain, selector="old")

    assert (key["algorithm"], key["key_size"]) == (algorithm, KINDS[kind][1])
    assert (key["selector"], key["alternate_selector"], key["public_key"]) == ("old", None, public_key(path))
    assert (key["publication"], key["is_active"]) == ("direct", False)
    assert [warning for warning in key["warnings"] if "1024" in warning] == key["warnings"]
    assert bool(key["warnings"]) == (kind == "genkey-1024")
    assert signatures(daemon, domain) == []
    daemon.ctl("key", "activate", key["id"], "--without-dns-check")
    message = signed(daemon.milter_socket, samples.plain(sender=f"alice@{domain}"))
    verdicts = judges.dkimpy(message)
    assert [(v.domain, v.selector, v.algorithm, v.passed) for v in verdicts] == [(domain, "old", algorithm, True)]
    if algorithm == "rsa-sha256":
        assert [v.passed for v in judges.mail_dkim(message)] == [True]
    assert [v.passed for v in judges.opendkim(message)] == [True]


def signatures(daemon, domain):
    """The fields inserted into a plain message from there."""
    with Connection(daemon.milter_socket) as connection:
        reply = connection.open_message(header=[("From", f" alice@{domain}"), ("Subject", " x")])
        return [] if reply is not None else connection.end_message().inserted


@pytest.mark.parametrize("kind", ["genpkey-2048", "ed25519"])
def test_it_is_said_what_comes_next(daemon, key_file, kind):
    done = do_import(daemon, key_file(kind), f"next-{kind}.example", style=())
    assert done.returncode == YES, done
    key = re.search(r"dk_[0-9a-f]{32}", done.stdout).group()
    assert f"s._domainkey.next-{kind}.example" in done.stdout
    assert f"signetctl key check {key}" in done.stdout and f"signetctl key activate {key}" in done.stdout


def test_a_key_for_a_public_suffix_is_taken_with_a_warning(daemon, key_file):
    done = do_import(daemon, key_file("genkey-2048"), "co.uk", style=())
    assert done.returncode == 0 and "warning: the domain is a public suffix" in done.stderr


def test_a_weak_key_is_warned_of(daemon, key_file):
    done = do_import(daemon, key_file("genkey-1024"), "weak.example", style=())
    assert done.returncode == YES and "RFC 8301" in done.stderr
    key = daemon.ctl("key", "list", "--domain", "weak.example")["keys"][0]
    activated = daemon.ctl("key", "activate", key["id"], "--without-dns-check")
    assert any("1024 bits" in warning for warning in activated["warnings"])


# The gate, and what one slot means.

def test_the_gate_asks_for_the_one_slot(signetd, internet, zone, key_file):
    daemon = signetd(internet=internet)
    path = key_file("genpkey-2048")
    owner = zone("example.com")
    key = imported(daemon, path, "example.com", selector="old")
    refused = daemon.run_ctl("key", "activate", key["id"])
    assert refused.returncode == NO and not signatures(daemon, "example.com")

    owner.publish("old._domainkey.example.com", f"v=DKIM1; k=rsa; p={public_key(path)}")
    internet.resolver.flush()

    checked = daemon.ctl("key", "check", key["id"])
    assert checked["is_proved"] and [slot["slot"] for slot in checked["slots"]] == ["primary"]
    daemon.ctl("key", "activate", key["id"])
    assert len(signatures(daemon, "example.com")) == 1
    daemon.wait_for_answer()
    assert daemon.run_ctl("key", "rotate", key["id"]).returncode == NO
    assert "one slot" in daemon.run_ctl("key", "rotate", key["id"]).stderr


def test_revoking_the_one_slot_stops_the_key(daemon, key_file):
    key = imported(daemon, key_file("genpkey-2048"), "revoked.example")
    daemon.ctl("key", "activate", key["id"], "--without-dns-check")
    assert daemon.ctl("key", "revoke", key["id"], "--slot", "primary")["has_stopped"]
    assert signatures(daemon, "revoked.example") == []


def test_several_organizations_can_use_it(daemon, key_file):
    key = imported(daemon, key_file("ed25519"), "shared.example", "--org", "one")
    other = daemon.ctl("key", "create", "--domain", "shared.example", "--org", "two", "--algorithm", "ed25519-sha256",
                       "--private-key", key["private_key"])
    assert other["public_key"] == key["public_key"]


# What is refused, and how.

def test_test_mode_is_what_is_said(daemon, key_file):
    path = key_file("ed25519")
    for number, (options, expected) in enumerate([((), False), (("--test-mode", "off"), False),
                                                  (("--test-mode", "on"), True)]):
        assert imported(daemon, path, f"mode-{number}.example", *options)["test_mode"] == expected
    done = daemon.run_ctl("key", "import", "--domain", "mode.example", "--selector", "s", "--test-mode", "perhaps", path)
    assert done.returncode == COULD_NOT and "neither on nor off" in done.stderr, done


def test_the_same_key_twice_is_a_conflict(daemon, key_file):
    path = key_file("genpkey-2048")
    imported(daemon, path, "twice.example", selector="one")
    again = do_import(daemon, path, "twice.example", selector="two")
    assert again.returncode == NO and 'selector "one"' in again.stderr
    assert len(daemon.ctl("key", "list", "--domain", "twice.example")["keys"]) == 1


def test_a_selector_twice_is_a_conflict(daemon, key_file):
    imported(daemon, key_file("genpkey-2048"), "selector.example", selector="one")
    again = do_import(daemon, key_file("genrsa-2048"), "selector.example", selector="one")
    assert again.returncode == NO and "used at selector.example already" in again.stderr


WRONG = {
    "encrypted": (lambda path: openssl("genpkey", "-algorithm", "RSA", "-aes256", "-pass", "pass:x", "-out", path),
                  "encrypted"),
    "encrypted-pkcs1": (lambda path: openssl("genrsa", "-traditional", "-aes128", "-passout", "pass:x", "-out", path, 2048),
                        "encrypted"),
    "too-short": (lambda path: rsa(path, 512), "512 bits"),
    "odd-size": (lambda path: rsa(path, 2056), "2056 bits"),
    "elliptic": (lambda path: openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", path), "neither an RSA nor"),
    "ed448": (lambda path: openssl("genpkey", "-algorithm", "ED448", "-out", path), "neither an RSA nor"),
    "certificate": (lambda path: openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout",
                                         os.devnull, "-out", path), "certificate only"),
    "empty": (lambda path: path.write_bytes(b""), "empty"),
    "text": (lambda path: path.write_text("no key\n"), "no private key"),
    "large": (lambda path: path.write_bytes(b"x" * 16385), "16 KiB"),
    "directory": (lambda path: path.mkdir(), "not a regular file"),
    "fifo": (os.mkfifo, "not a regular file"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_refused_in_words_and_leaves_nothing(daemon, directory, kind):
    make, sentence = WRONG[kind]
    path, domain = directory / f"wrong-{kind}", f"wrong-{kind}.example"
    make(path)
    path.chmod(0o755)
    done = do_import(daemon, path, domain)
    assert done.returncode == COULD_NOT and sentence in done.stderr, done
    assert daemon.ctl("key", "list", "--domain", domain)["keys"] == []


def test_a_public_key_is_refused_in_words(daemon, directory, key_file):
    openssl("pkey", "-in", key_file("genpkey-2048"), "-pubout", "-out", directory / "public.pem")
    done = do_import(daemon, directory / "public.pem", "public.example")
    assert done.returncode == COULD_NOT and "public key only" in done.stderr


def test_what_is_missing_is_said(daemon, key_file):
    path = key_file("ed25519")
    for arguments, word in [(["--domain", "x.example"], "--selector"), (["--selector", "s"], "--domain")]:
        done = daemon.run_ctl("key", "import", *arguments, path)
        assert done.returncode == COULD_NOT and word in done.stderr
    for name, word in [("-", "standard input"), ("/nonexistent", "No such file")]:
        done = do_import(daemon, name, "x.example")
        assert done.returncode == COULD_NOT and word in done.stderr


@pytest.mark.skipif(not I_AM_ROOT, reason="needs root, to be two users")
def test_the_file_is_opened_with_the_rights_of_who_asks(signetd, place, key_file):
    """The daemon's own programs need no access to it; who cannot read it cannot import it."""
    daemon = signetd(as_root=True)
    path = place() / "private.pem"
    path.write_bytes(key_file("ed25519").read_bytes())
    path.chmod(0o400)
    assert do_import(daemon, path, "root.example").returncode == YES
    denied = do_import(daemon, path, "nobody.example", uid=NOBODY)
    assert denied.returncode == COULD_NOT and "Permission denied" in denied.stderr


# Descriptors.

def files_of(daemon):
    """{role: the files that are open there}"""
    links = {role: pathlib.Path(f"/proc/{daemon.pids()[role][0]}/fd").iterdir() for role in ("keeper", "vault")}
    return {role: sorted(name for link in found if (name := os.readlink(link)).startswith("/"))
            for role, found in links.items()}


def import_call(domain):
    return b'{"method":"org.signetd.control.ImportKey","parameters":{"domain":"%s","selector":"s"}}\0' % domain.encode()


@pytest.mark.skipif(not I_AM_ROOT, reason="needs root, to look at descriptors")
def test_no_descriptor_is_left_anywhere(daemon, key_file):
    before = files_of(daemon)
    do_import(daemon, key_file("ed25519"), "left.example")
    with Control(daemon.control_socket) as control, open(key_file("ed25519")) as file:
        control.send_octets(b'{"method":"org.signetd.control.Status"}\0', [file])  # which takes none
        assert "version" in control.receive()
        control.send_octets(b'{"method":"org.signetd.control.ImportKey"}\0', [file])
        assert "error" in control.receive_any()
        control.send("ImportKey", domain="none.example", selector="s")  # what came before is gone
        assert "no file came" in control.receive_any()["parameters"]["message"]
    assert files_of(daemon) == before


@pytest.mark.skipif(not I_AM_ROOT, reason="needs root, to look at descriptors")
@pytest.mark.parametrize("count", [2, 3, 200])
def test_who_passes_too_many_is_dropped(daemon, key_file, count):
    before = files_of(daemon)
    with Control(daemon.control_socket) as control, open(key_file("ed25519")) as file:
        control.send_octets(import_call("many.example"), [file] * count)
        with pytest.raises(ConnectionError):
            control.receive_any()
    daemon.ctl("key", "list")  # which is answered when the other has been closed
    assert files_of(daemon) == before


def test_one_with_each_piece_of_a_call_is_too_many(daemon, key_file):
    octets = import_call("pieces.example")
    with Control(daemon.control_socket) as control, open(key_file("ed25519")) as file:
        control.send_octets(octets[:10], [file])
        control.send_octets(octets[10:20], [file])
        with pytest.raises(ConnectionError):
            control.receive_any()


def test_a_file_may_come_with_the_second_of_two_calls_sent_at_once(daemon, key_file):
    with Control(daemon.control_socket) as control, open(key_file("ed25519")) as file:
        control.send_octets(b'{"method":"org.signetd.control.Status"}\0')
        control.send_octets(import_call("second.example"), [file])
        assert "version" in control.receive()
        assert control.receive()["key"]["domain"] == "second.example"


# Nothing of it is anywhere but sealed.

@pytest.fixture(scope="module")
def imported_secrets(key_file):
    """{name: what to look for} of an RSA key's file and of what is in it."""
    text = key_file("genrsa-2048").read_text()
    shown = openssl("rsa", "-in", key_file("genrsa-2048"), "-noout", "-text")
    numbers = {name: bytes.fromhex("".join(octets.split()).replace(":", "")).lstrip(b"\0")
               for name, octets in re.findall(r"^(\w+):\n((?:    \S+\n)+)", shown, re.MULTILINE)}
    del numbers["modulus"]
    assert set(numbers) == {"privateExponent", "prime1", "prime2", "exponent1", "exponent2", "coefficient"}
    needles = {name: secrets.forms_of(octets) for name, octets in numbers.items()}
    needles["the text"] = [line.encode() for line in text.splitlines()[8:-1]]  # behind the modulus
    return needles


@pytest.fixture(scope="module")
def holder(signetd, key_file):
    """A daemon that has imported the key and not signed with it yet."""
    if not I_AM_ROOT:
        pytest.skip("reading the memory of processes that are not dumpable needs root")
    daemon = signetd(as_root=True)
    imported(daemon, key_file("genrsa-2048"), "example.com")
    return daemon


def test_no_program_but_the_vault_ever_held_the_key(holder, imported_secrets):
    pids = holder.pids()
    for pid in [holder.pid, *pids["keeper"], *pids["milter"], *pids["dns"]]:
        assert secrets.found_in(pid, imported_secrets) == set(), pid


def test_the_vault_keeps_nothing_of_the_file(holder, imported_secrets):
    """Neither its text nor a number of it, until it signs; then, the numbers."""
    vault = holder.pids()["vault"][0]
    assert secrets.found_in(vault, imported_secrets) == set()
    holder.ctl("key", "activate", holder.ctl("key", "list")["keys"][0]["id"], "--without-dns-check")
    assert len(signatures(holder, "example.com")) == 1
    assert {"prime1", "prime2"} <= secrets.found_in(vault, imported_secrets), "the positive control"
    assert "the text" not in secrets.found_in(vault, imported_secrets)


def test_neither_the_store_nor_the_log_has_it(holder, imported_secrets):
    octets = holder.log.encode() + b"".join(path.read_bytes() for path in holder.state.rglob("*")
                                            if path.is_file() and path.stat().st_size < 1 << 24)
    assert b"example.com" in octets, "the positive control"
    for name, forms in imported_secrets.items():
        assert not any(form in octets for form in forms), name


def test_it_is_in_the_audit(daemon, key_file):
    key = imported(daemon, key_file("ed25519"), "audit.example")
    entry = daemon.ctl("audit", "--object", key["id"])["entries"][0]
    assert entry["action"] == "key import" and entry["after"]["selector"] == "s"


def test_an_import_waits_for_the_next_vault(daemon, key_file):
    with Control(daemon.control_socket) as control, open(key_file("ed25519")) as file:
        with daemon.frozen("vault"):
            control.send_octets(import_call("died.example"), [file])
            daemon.kill("vault")
        assert control.receive()["key"]["domain"] == "died.example"
