# SPDX-License-Identifier: ISC
"""Connections that come, break off at any point and go, while children die: nothing grows, and mail is served."""

import os
import pathlib
import random
import signal

import pytest
from support.mta import Connection, is_signed
from support.wait import wait_until

CONNECTIONS = 500
AT_ONCE = 40
# What allocators and OpenSSL keep beyond what a message needs. A sanitizer's runtime keeps a shadow of all that was
# ever touched: there only descriptors and service are looked at.
SLACK_KB = 1 << 30 if os.environ.get("SIGNETD_SANITIZED") else 4096


@pytest.fixture(scope="module")
def daemon(as_root, signetd):
    daemon = signetd(as_root)
    daemon.have_key("example.com")
    return daemon


# ---- ways to leave ----

def leaves_at_once(connection, chance):
    connection.close()


def leaves_in_the_header(connection, chance):
    connection.open_message(header=[("From", " a@example.com")] * chance.randrange(1, 3), body=b"")
    connection.close()


def leaves_in_the_body(connection, chance):
    connection.open_message(body=b"x" * chance.randrange(200000))
    connection.close()


def leaves_before_the_answer(connection, chance):
    connection.open_message()
    connection.send_end()
    connection.close()


def aborts_and_begins_again(connection, chance):
    connection.open_message()
    connection.abort()
    connection.open_message()
    connection.end_message()
    connection.quit()


def talks_nonsense(connection, chance):
    connection.send_raw(chance.randbytes(chance.randrange(1, 100)))
    connection.close()


def sends_half_a_packet(connection, chance):
    connection.send_raw(b"\x00\x00\x00\x64Lhalf")
    connection.close()


def behaves(connection, chance):
    connection.open_message()
    connection.end_message()
    connection.quit()


WAYS = [leaves_at_once, leaves_in_the_header, leaves_in_the_body, leaves_before_the_answer, aborts_and_begins_again,
        talks_nonsense, sends_half_a_packet, behaves]


def churn(daemon, seed, kills):
    """CONNECTIONS of them, AT_ONCE open at a time, and so many children killed in between."""
    chance = random.Random(seed)
    fatal = {chance.randrange(CONNECTIONS): chance.choice(["milter", "vault", "keeper"]) for _ in range(kills)}
    opened = []
    for number in range(CONNECTIONS):
        if number in fatal:
            daemon.kill(fatal[number])
        try:
            opened.append(Connection(daemon.milter_socket))
            if len(opened) == AT_ONCE:
                chance.choice(WAYS)(opened.pop(chance.randrange(AT_ONCE)), chance)
        except (ConnectionError, TimeoutError):
            pass  # it was in the hands of a child that was killed
    for connection in opened:
        connection.close()
    daemon.wait_for_answer()
    wait_until(lambda: all_there(daemon), lambda: f"all children:\n{daemon.log}")
    assert is_signed(daemon.milter_socket)


def all_there(daemon):
    return all(child["is_ready"] for child in daemon.ctl("status")["children"])


# ---- what must not grow ----

def processes(daemon):
    return {"supervisor": [daemon.pid], **daemon.pids()}


def descriptors(daemon):
    return {(role, pid): len(os.listdir(f"/proc/{pid}/fd")) for role, pids in processes(daemon).items() for pid in pids}


def wait_for_no_more(daemon, few):
    """Until nobody has more descriptors than before (what was counted may have been about to be closed)."""
    def more():
        return {who: count for who, count in descriptors(daemon).items() if count > few.get(who, 0)}
    wait_until(lambda: not more(), lambda: f"as few descriptors as {few}, not {more()}")


def resident_kb(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


def memory(daemon):
    return {(role, pid): resident_kb(pid) for role, pids in processes(daemon).items() for pid in pids}


def test_nothing_grows_while_connections_come_and_go(daemon):
    churn(daemon, seed=1, kills=0)
    few, kb = descriptors(daemon), memory(daemon)
    for seed in (2, 3):
        churn(daemon, seed, kills=0)
    wait_for_no_more(daemon, few)
    grown = {who: now - kb[who] for who, now in memory(daemon).items() if now > kb[who] + SLACK_KB}
    assert grown == {}


def test_nothing_grows_while_children_are_killed(daemon):
    churn(daemon, seed=4, kills=10)
    few = len(os.listdir(f"/proc/{daemon.pid}/fd"))
    kb = resident_kb(daemon.pid)
    for seed in (5, 6):
        churn(daemon, seed, kills=10)
    wait_until(lambda: len(os.listdir(f"/proc/{daemon.pid}/fd")) <= few, "the supervisor's descriptors to be as few")
    assert resident_kb(daemon.pid) <= kb + SLACK_KB


def test_memory_is_flat_over_many_messages(daemon):
    def send(count):
        with Connection(daemon.milter_socket) as connection:
            for _ in range(count):
                connection.open_message(body=b"x" * 3000)
                assert len(connection.end_message().inserted) == 1
    send(1000)
    few, kb = descriptors(daemon), memory(daemon)
    send(2000)
    assert {who: now - kb[who] for who, now in memory(daemon).items() if now > kb[who] + SLACK_KB} == {}
    wait_for_no_more(daemon, few)


# ---- large headers ----

def header_of(*more):
    return [("From", " alice@example.com"), ("Subject", " large"), *more]


@pytest.mark.parametrize("size", [70_000, 500_000])
def test_a_large_header_field_is_signed(daemon, size):
    references = " " + "\n ".join(f"<{number}@example.com>" for number in range(size // 24))
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message(header=header_of(("References", references))) is None
        assert len(connection.end_message().inserted) == 1


def test_a_large_from_field_is_signed(daemon):
    comment = "(" + "\n ".join(["a long comment"] * 30_000) + ")"
    with Connection(daemon.milter_socket) as connection:
        header = [("From", f" {comment} alice@example.com"), ("Subject", " large")]
        assert connection.open_message(header=header) is None
        assert len(connection.end_message().inserted) == 1


@pytest.mark.parametrize("more", [
    [("X-Large", " " + "x" * 1000)] * 1100,
    [("X-Many", " x")] * 5001,
], ids=["octets", "fields"])
def test_a_header_over_the_cap_is_refused_for_good(daemon, more):
    with Connection(daemon.milter_socket) as connection:
        reply = connection.open_message(header=header_of(*more))
        assert reply.verdict == "reject" and reply.text.startswith("552 5.3.4"), reply
        # and the connection serves on
        assert connection.open_message() is None
        assert len(connection.end_message().inserted) == 1


# ---- descriptors that a stopped child leaves queued ----

def test_a_child_that_is_stopped_for_a_while_goes_on(daemon):
    for role in ("keeper", "vault", "milter"):
        pid = daemon.kill(role, signal.SIGSTOP)
        os.kill(pid, signal.SIGCONT)
    daemon.wait_for_answer()
    assert is_signed(daemon.milter_socket)
