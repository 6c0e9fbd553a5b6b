# SPDX-License-Identifier: ISC
"""No private key outside the vault: not in the memory of any other program, in no order of octets."""

import os
import re
import sqlite3

import pytest
from support import secrets
from support.mta import Connection


@pytest.fixture(scope="module", autouse=True)
def as_a_reader_of_memory():
    if os.geteuid() != 0:
        pytest.skip("reading the memory of processes that are not dumpable needs root")


@pytest.fixture(scope="module")
def daemon(as_root, signetd):
    """Keys of both algorithms were made, activated and used, before and after the vault's death."""
    daemon = signetd(as_root)
    daemon.create_key("example.com")
    daemon.create_key("example.com", "--algorithm", "ed25519-sha256")
    sign(daemon)
    killed = daemon.kill("vault")
    daemon.wait_for_successor("vault", of=killed)
    sign(daemon)
    daemon.create_key("example.net")
    return daemon


def sign(daemon):
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        assert len(connection.end_message().inserted) == 2


def sealed_keys(daemon):
    """[(algorithm, handle, sealed, signs), …] of all slots."""
    store = sqlite3.connect(f"file:{daemon.state}/store/signetd.db?mode=ro", uri=True)
    try:
        return store.execute("""
            SELECT key_set.algorithm, handle, sealed, slot = signing_slot AND key_set.domain = 'example.com'
            FROM key_slot JOIN key_set ON key_set.number = set_number""").fetchall()
    finally:
        store.close()


@pytest.fixture(scope="module")
def plain_keys(daemon):
    """[(numbers or seed by name, signs), …]: what is to be found in the vault at most."""
    master = (daemon.state / "master.key").read_bytes()
    found = []
    for algorithm, handle, sealed, signs in sealed_keys(daemon):
        plain = secrets.unseal(master, handle, sealed)
        if algorithm == "rsa-sha256":
            numbers = {name: secrets.octets_of(number) for name, number in secrets.rsa_numbers(plain).items()}
        else:
            numbers = {"seed": plain}
        found.append((numbers, signs))
    assert len(found) == 6
    return found


def needles_of(plain_keys, daemon):
    needles = {f"{name} of key {index}": secrets.forms_of(octets)
               for index, (numbers, _) in enumerate(plain_keys) for name, octets in numbers.items()}
    needles["the master key"] = secrets.forms_of((daemon.state / "master.key").read_bytes())
    return needles


def test_no_program_but_the_vault_holds_a_private_key(daemon, plain_keys):
    needles = needles_of(plain_keys, daemon)
    pids = daemon.pids()
    others = [daemon.pid, *pids["milter"], *pids["keeper"]]
    assert {pid: found for pid in others if (found := secrets.found_in(pid, needles))} == {}


def test_the_same_search_finds_the_keys_in_the_vault(daemon, plain_keys):
    found = secrets.found_in(daemon.pids()["vault"][0], needles_of(plain_keys, daemon))
    assert "the master key" in found
    for index, (numbers, signs) in enumerate(plain_keys):
        if signs:
            assert {f"{name} of key {index}" for name in numbers} <= found, sorted(found)


def test_a_milter_does_not_even_hold_sealed_keys(daemon):
    needles = {f"sealed key {index}": [sealed[-32:]] for index, (_, _, sealed, _) in enumerate(sealed_keys(daemon))}
    for pid in daemon.pids()["milter"]:
        assert secrets.found_in(pid, needles) == set()
    assert secrets.found_in(daemon.pids()["vault"][0], needles), "the positive control"


def test_no_answer_or_log_holds_a_private_key_or_a_handle(daemon, plain_keys):
    said = daemon.log + str([daemon.ctl(*words) for words in (
        ("status",), ("key", "list"), ("records", daemon.ctl("key", "list")["keys"][0]["id"]))])
    for numbers, _ in plain_keys:
        for octets in numbers.values():
            assert octets.hex() not in said.lower()
    assert "sk_" not in daemon.log


def test_what_the_vault_works_with_is_locked_in_memory(daemon):
    """Its heap, and the stacks of its threads, the first one's too: as far as they were used."""
    [vault] = daemon.pids()["vault"]
    locked = {}
    for line in open(f"/proc/{vault}/smaps"):
        words = line.split()
        if re.match("[0-9a-f]+-[0-9a-f]+ ", line):
            name = words[5] if len(words) > 5 else ""
        elif words[0] == "Locked:":
            locked[name] = locked.get(name, 0) + int(words[1])
    if daemon.log_lines("not locked in memory"):
        pytest.skip("nothing may be locked here (ulimit -l)")
    assert locked["[heap]"] > 0 and locked["[stack]"] > 0, locked
