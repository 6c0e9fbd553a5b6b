# SPDX-License-Identifier: ISC
"""A reader that holds the view's lock, or pages that crash readers, stop activations for seconds, not for ever."""

import base64
import contextlib
import hashlib
import os
import sqlite3
import subprocess

import pytest
from support.compiled import program
from support.mta import Connection
from support.wait import wait_until


@pytest.fixture
def daemon(as_root, signetd):
    daemon = signetd(as_root)
    daemon.create_key("example.com")
    return daemon


def is_signed(daemon, domain):
    with Connection(daemon.milter_socket) as connection:
        header = (("From", f" alice@{domain}"), ("Subject", " x"))
        return connection.open_message(header=header) is None and len(connection.end_message().inserted) == 1


@contextlib.contextmanager
def holding(lock, view, place):
    """A process that reads the view holds this lock of it, until the end of the block."""
    holder = subprocess.Popen([program(lock, place(), "-llmdb"), view], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        yield
    finally:
        holder.kill()
        holder.wait()


def test_a_held_lock_delays_an_activation_and_no_more(daemon, place):
    with holding("hold_lock", daemon.state / "view" / "table", place):
        key = daemon.create_key("example.net", activate=False)
        daemon.ctl("key", "activate", key["id"], "--without-dns-check", check=False)
        daemon.wait_for_log(r"view=table reset=fresh-lock")
        wait_until(lambda: daemon.ctl("status", check=False), "the keeper to answer again")
        wait_until(lambda: is_signed(daemon, "example.net"), "the activation to be seen")
        assert is_signed(daemon, "example.com")


@pytest.mark.parametrize("view", ["table", "keyring"])
def test_a_held_lock_delays_the_start_of_a_keeper_and_no_more(daemon, place, view):
    """It waits before it is ready, when nobody asks it whether it still works."""
    with holding("hold_reader_lock", daemon.state / "view" / view, place):
        daemon.kill("keeper")
        daemon.wait_for_log(rf"view={view} reset=fresh-lock")
        wait_until(lambda: daemon.ctl("status", check=False), lambda: f"the keeper to answer again:\n{daemon.log}")
        daemon.create_key("example.net")
        assert is_signed(daemon, "example.net")


@pytest.mark.parametrize(("role", "view"), [("milter", "table"), ("vault", "keyring")])
def test_a_held_lock_delays_the_start_of_a_reader_and_no_more(daemon, place, role, view):
    with holding("hold_reader_lock", daemon.state / "view" / view, place):
        killed = daemon.kill(role)
        daemon.wait_for_log(f"view={view} reset=fresh-lock")
        daemon.wait_for_successor(role, of=killed)
        wait_until(lambda: ready(daemon, role), lambda: f"every {role} to be ready:\n{daemon.log}")
        wait_until(lambda: is_signed(daemon, "example.com"), lambda: f"a signature:\n{daemon.log}")


def ready(daemon, role):
    status = daemon.ctl("status", check=False)
    return status and all(child["is_ready"] for child in status["children"] if child["role"] == role)


def test_a_damaged_view_is_made_anew_after_the_second_crash(daemon):
    data = daemon.state / "view" / "table" / "data.mdb"
    # cut short: who looks beyond its end dies of SIGBUS
    os.truncate(data, 4096)
    for _ in range(100):
        try:
            is_signed(daemon, "example.com")
        except (ConnectionError, TimeoutError, OSError):
            pass
        if daemon.log_lines("view=table reset=rebuild"):
            break
    daemon.wait_for_log(r"view=table reset=rebuild")
    wait_until(lambda: signed_or_none(daemon), "the view to be rebuilt")


@pytest.mark.parametrize("view", ["table", "keyring"])
def test_a_view_that_cannot_be_opened_is_made_anew_at_the_start(daemon, view):
    daemon.stop()
    data = daemon.state / "view" / view / "data.mdb"
    data.write_bytes(b"no view" * 2000)
    daemon.start()
    daemon.wait_for_log(f"view={view} reset=rebuild")
    wait_until(lambda: signed_or_none(daemon), "the view to be rebuilt")


@pytest.mark.parametrize("views", [("table",), ("keyring",), ("table", "keyring")], ids="+".join)
def test_a_view_that_crashes_the_keeper_is_made_anew_at_the_start(daemon, views):
    daemon.stop()
    for view in views:
        # both meta pages are there, and what they point to is not
        os.truncate(daemon.state / "view" / view / "data.mdb", 8192)
    daemon.start()
    for view in views:
        daemon.wait_for_log(f"view={view} reset=rebuild")
    wait_until(lambda: signed_or_none(daemon), "the views to be rebuilt")
    daemon.create_key("example.org")
    assert is_signed(daemon, "example.org")


@pytest.mark.parametrize("view", ["table", "keyring"])
def test_a_flipped_bit_in_a_value_is_mended(daemon, view):
    key = daemon.create_key("flipped.example")
    daemon.kill("vault")  # it may have the key at hand
    content = {"table": key["selector"].encode(), "keyring": sha256_of_public_key(key)}[view]
    flip(daemon.state / "view" / view / "data.mdb", content)
    with contextlib.suppress(ConnectionError, TimeoutError, OSError):
        # put off; or, where its request outlived the vault that found the damage, signed after the mending
        is_signed(daemon, "flipped.example")
    daemon.wait_for_log(f"view={view} damaged")
    daemon.wait_for_log(f"view={view} reset=rebuild")
    wait_until(lambda: signed_or_none(daemon, "flipped.example"), "the view to be rebuilt")


def sha256_of_public_key(key):
    """A sealed key has it at its beginning (docs/sealed.md)."""
    return hashlib.sha256(base64.b64decode(key["public_key"])).digest()


def flip(file, content):
    """The last bit of the octets, wherever they are: old pages hold them, too."""
    data = file.read_bytes()
    assert content in data
    with file.open("r+b") as view:
        at = data.find(content)
        while at >= 0:
            view.seek(at + len(content) - 1)
            view.write(bytes([content[-1] ^ 1]))
            at = data.find(content, at + 1)


def test_a_damaged_store_takes_no_view_along(daemon):
    damage(daemon.state / "store" / "signetd.db")
    daemon.kill("keeper")
    daemon.wait_for_log("the store is damaged: column handle")
    wait_until(lambda: len(daemon.log_lines("child role=keeper .* ended exit=78")) > 1, "the keeper to try again")
    assert is_signed(daemon, "example.com")
    assert daemon.log_lines("reset=") == []


def damage(file):
    """A handle that is none."""
    store = sqlite3.connect(file)
    with store:
        store.execute("PRAGMA ignore_check_constraints = ON")
        store.execute("UPDATE key_slot SET handle = x'00' WHERE slot = 'alternate'")
    store.close()


def signed_or_none(daemon, domain="example.com"):
    try:
        return is_signed(daemon, domain)
    except (ConnectionError, TimeoutError, OSError):
        return None
