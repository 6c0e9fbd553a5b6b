# SPDX-License-Identifier: ISC
"""When there is little of something, descriptors or memory: who can be served is, the others are told to come again or
wait, the log says so and is not filled, no CPU is burnt, and it is over when the crowd has gone."""

import contextlib
import os
import pathlib
import re
import struct
import subprocess

import pytest
from support.filling import fill
from support.mta import NO_REPLY, PLAIN, Connection
from support.place import I_AM_ROOT
from support.signing import ask_milter
from support.torture import DOMAIN, OUTSIDE, Wire, client, field, mail, negotiation, opening, packet, silent
from support.wait import wait_until

SANITIZED = "SIGNETD_SANITIZED" in os.environ
TICKS = os.sysconf("SC_CLK_TCK")


def ticks(pid):
    """The processor's time it has had."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def status(pid, name):
    """A size that the kernel says of it, in KiB."""
    return int(re.search(rf"^{name}:\s+(\d+) kB$", pathlib.Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1])


def is_signed(daemon):
    with contextlib.suppress(ConnectionError, TimeoutError, AssertionError):
        with Connection(daemon.milter_socket) as connection:
            if connection.open_message() is None:
                return len(connection.end_message().inserted) == 1
    return False


@pytest.fixture
def crowd():
    """A list of connections; closed at the end."""
    wires = []
    yield wires
    for wire in wires:
        wire.close()


def all_gone(crowd):
    while crowd:
        crowd.pop().close()


# ---- descriptors ----------------------------------------------------------------------------------------------------

FEW, CLIENTS = 64, 200


@pytest.fixture(scope="module")
def narrow(signetd):
    daemon = signetd(descriptors=(FEW // 2, FEW))
    daemon.create_key(DOMAIN)
    return daemon


def knock(path):
    """A client of a crowd, that has said what every MTA says first."""
    wire = Wire(path)
    wire.send(negotiation())
    return wire


def test_every_program_has_all_the_descriptors_it_may_have(narrow):
    if not I_AM_ROOT:
        pytest.skip("limits of others' processes are root's to see")
    for pid in [narrow.pid, *(pid for pids in narrow.pids().values() for pid in pids)]:
        [line] = [line for line in open(f"/proc/{pid}/limits") if line.startswith("Max open files")]
        assert line.split()[3:5] == [str(FEW)] * 2


TOLD = "451 4.3.2 Too many connections at present, try again later"


def test_of_a_crowd_some_are_served_some_are_told_and_the_others_wait(narrow, crowd):
    since, milters = narrow.log_mark, narrow.pids()["milter"]
    before = [ticks(pid) for pid in milters]
    crowd += [knock(narrow.milter_socket) for _ in range(CLIENTS)]
    wait_until(lambda: len(narrow.log_lines("connections=waiting", since)) == 2, "both milters to be full")
    told = {}
    wait_until(lambda: answer(crowd, told) and {*told.values()} == {"", TOLD}, lambda: f"the words: {told.values()}")
    for number, wire in enumerate(wire for wire in told if not told[wire]):
        wire.say(*opening(f"IN{number}"), packet("E"))
        assert len(wire.take_reply().inserted) == 1
    answer(crowd, told)
    assert {*told.values()} == {"", TOLD} and len(told) < CLIENTS
    wait_until(lambda: not any(map(is_running, milters)), "the milters to be quiet")
    all_gone(crowd)
    wait_until(lambda: len(narrow.log_lines("connections=taken again", since)) == 2, "room for more in both")
    wait_until(lambda: is_signed(narrow), "the next to be served")
    assert narrow.pids()["milter"] == milters
    spent = [ticks(pid) - spent for pid, spent in zip(milters, before)]
    assert max(spent) < TICKS, spent  # libmilter by itself takes all there is
    words = [line for line in narrow.log_lines(r"^signetd-milter", since) if " message queue_id=" not in line]
    assert len(words) <= 2 * (5 + 5), words  # of each kind the first ones, of each milter


def answer(crowd, told):
    """Add what those were told that have an answer by now: "" if they may go on. True."""
    for wire in [wire for wire in crowd if wire not in told and not wire.is_silent()]:
        command, data = wire.receive()
        assert command == "O", (command, data)
        wire.steps = int.from_bytes(data[8:12], "big")
        wire.send(client())
        told[wire] = "" if wire.steps & NO_REPLY["C"] else wire.receive()[1].rstrip(b"\0").decode()
    return True


def is_running(pid):
    """Whether it gets processor time at present: a thread that goes in a circle always does."""
    with contextlib.suppress(FileNotFoundError):  # a thread that ends
        return any((task / "stat").read_text().rpartition(")")[2].split()[0] == "R"
                   for task in pathlib.Path(f"/proc/{pid}/task").iterdir())
    return True


@contextlib.contextmanager
def without_descriptors(daemon, pid):
    """It has those that it has, and gets no other."""
    def limit(soft):
        subprocess.run(daemon._as_its_user(["prlimit", "--pid", pid, f"--nofile={soft}:{FEW}"]), check=True)
    limit(3)
    yield
    limit(FEW)


def test_a_keeper_without_descriptors_waits_for_some(narrow, crowd):
    [keeper] = narrow.pids()["keeper"]
    before, since = ticks(keeper), narrow.log_mark
    with without_descriptors(narrow, keeper):
        crowd += silent(narrow.control_socket, 10)
        asked = narrow.start_ctl("status", "--json", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        narrow.wait_for_log(r"^signetd-keeper\[.*control=waiting", since=since)
        wait_until(lambda: not is_running(keeper), "the keeper to be quiet")
        assert is_signed(narrow)
    assert asked.wait(30) == 0
    assert ticks(keeper) - before < TICKS
    assert len(narrow.log_lines("control=waiting", since)) <= 5
    assert narrow.pids()["keeper"] == [keeper]


def test_a_dns_without_descriptors_says_so_and_looks_again_later(narrow):
    [dns] = narrow.pids()["dns"]
    before = ticks(dns)
    [key] = narrow.ctl("key", "list", "--domain", DOMAIN)["keys"]
    with without_descriptors(narrow, dns):
        checked = narrow.run_ctl("key", "check", key["id"])
        wait_until(lambda: not is_running(dns), "signetd-dns to be quiet")
    assert checked.returncode == 2 and "see the log of signetd-dns" in checked.stderr
    narrow.wait_for_log("^signetd-dns.*event=look-failed name=.*system")
    assert ticks(dns) - before < TICKS
    assert narrow.pids()["dns"] == [dns]


# ---- memory ---------------------------------------------------------------------------------------------------------

LARGE = [("X-Large", " " + "x" * 900)] * 60
HOGS = 200 if SANITIZED else 1500


@pytest.fixture(scope="module")
def poor(signetd):
    """Together with what a message of these limits needs at most, some 2.2 MiB for all that is large."""
    daemon = signetd(settings={"messages_max_bytes": "1MiB", "header_max_bytes": "64KiB", "header_max_fields": 100,
                               "map_size": "64MiB"}, listener={"processes": 1})
    daemon.create_key(DOMAIN)
    return daemon


@pytest.fixture
def hogs(poor, crowd):
    """Connections that hold a large header, and do not end it."""
    for number in range(HOGS):
        crowd.append(Connection(poor.milter_socket))
        crowd[-1].send_raw(mail() + b"".join(field(*one) for one in LARGE))
    return crowd


def test_many_large_headers_keep_no_small_message_from_being_signed(poor, hogs):
    wait_until(lambda: ask_milter(poor, [*PLAIN, *LARGE])[1]["reason"] == ["overload"], "the memory to be taken")
    reply, line = ask_milter(poor, [*PLAIN, *LARGE])
    assert reply.text == "451 4.7.1 Too many large messages at present, try again later"
    assert line["decision"] == ["tempfail"]
    for _ in range(10):
        assert ask_milter(poor)[1]["reason"] == ["signed"]
    assert_goes_on(*ask_milter(poor, [*PLAIN, *LARGE], client=OUTSIDE))
    assert ask_milter(poor, [*PLAIN, *LARGE], client=OUTSIDE, macros=LOGGED_IN)[1]["reason"] == ["overload"]
    all_gone(hogs)
    wait_until(lambda: ask_milter(poor, [*PLAIN, *LARGE])[1]["reason"] == ["signed"], "the memory to be free")


MIB = 1024 * 1024
ANNOUNCED, SENT = 64 * MIB, 63 * MIB  # a packet may have 65 MiB


def resident(daemon):
    """MiB of the milter's memory that are in use."""
    [milter] = daemon.pids()["milter"]
    return status(milter, "VmRSS") / 1024


@pytest.mark.skipif(SANITIZED, reason="a sanitizer keeps what is given back")
def test_a_packet_under_way_takes_what_has_come_of_it_and_gives_it_back(poor, crowd):
    """It is libmilter's, which reads it whole: nothing of ours bounds it but its greatest size (docs/milter.md)."""
    before = resident(poor)
    crowd.append(Wire(poor.milter_socket))
    crowd[0].begin()
    crowd[0].send(mail(), struct.pack(">I", ANNOUNCED) + b"L")
    crowd[0].send(b"x" * SENT)
    wait_until(lambda: resident(poor) > before + SENT / MIB - 4, "all of it to be read")
    sent = resident(poor)
    all_gone(crowd)
    wait_until(lambda: resident(poor) < before + 8, lambda: f"its memory to be given back: {resident(poor)} MiB")
    print(f"MiB before {before:.0f}, sent {sent:.0f}, gone {resident(poor):.0f}")
    assert sent < before + SENT / MIB + 8


LOGGED_IN = {"{auth_authen}": "alice"}


def assert_goes_on(reply, line):
    """As mail that is not ours does: who has no business with us does not wait for our memory."""
    assert reply.goes_on and reply.inserted == []
    assert (line["decision"], line["reason"]) == (["skip"], ["not-ours"])


def test_mail_of_which_it_is_not_known_whether_it_is_ours_does_not_go_on(poor):
    """There is no memory for its login: with one it would be ours."""
    reply, line = ask_milter(poor, client=OUTSIDE, macros={"{auth_authen}": "a" * (3 * MIB)})
    assert reply.text.startswith("451 4.7.1 ") and line["decision"] == ["tempfail"], line


HUGE = [("X-Huge", " " + "x" * 60000)] * 8


@pytest.mark.skipif(SANITIZED, reason="a sanitizer needs more address space than there is")
def test_headers_larger_than_all_memory_crash_nobody(signetd, crowd):
    daemon = signetd(settings={"messages_max_bytes": "32MiB", "map_size": "64MiB"}, listener={"processes": 1},
                     memory=512 * 1024 * 1024)
    daemon.create_key(DOMAIN)
    milters = daemon.pids()["milter"]
    for number in range(1500):
        crowd.append(Connection(daemon.milter_socket))
        crowd[-1].send_raw(mail() + b"".join(field(*one) for one in HUGE))
    assert ask_milter(daemon, [*PLAIN, *HUGE])[1]["reason"] == ["overload"]
    for _ in range(10):
        assert ask_milter(daemon)[1]["reason"] == ["signed"]
    all_gone(crowd)
    wait_until(lambda: ask_milter(daemon, [*PLAIN, *HUGE])[1]["reason"] == ["signed"], "the memory to be free")
    assert daemon.pids()["milter"] == milters


# ---- memory that may be locked --------------------------------------------------------------------------------------

KEYS = {"ed25519-sha256": 50, "rsa-sha256": 300}  # far more than are kept at the smaller limit


def with_keys(signetd, lockable):
    """Each algorithm has keys of its own, d<n>.example.com; what the vault has of them it reads when they sign."""
    daemon = signetd(lockable=lockable, listener={"processes": 1}, settings={"map_size": "64MiB"})
    daemon.stop()
    first = 0
    for algorithm, count in KEYS.items():
        fill(daemon, first, count, algorithm)
        first += count
    return daemon.start()


def sign_with_each(daemon, keys=range(sum(KEYS.values()))):
    """Messages of which the failing are returned, as (domain, what was answered)."""
    answers = {}
    with Connection(daemon.milter_socket) as connection:
        for number in keys:
            domain = f"d{number}.example.com"
            assert connection.open_message(header=[("From", f" a@{domain}"), ("Date", " x")]) is None
            reply = connection.end_message()
            answers[domain] = reply.text if not reply.inserted else ""
    return {domain: text for domain, text in answers.items() if text}


@pytest.mark.skipif(SANITIZED, reason="a sanitizer locks nothing and allocates otherwise")
@pytest.mark.parametrize("lockable_kib", [2560, 3400])
def test_a_vault_that_may_lock_little_signs_with_every_key(signetd, lockable_kib):
    daemon = with_keys(signetd, lockable_kib * 1024)
    [vault] = daemon.pids()["vault"]
    for _ in range(2):
        assert sign_with_each(daemon) == {}
    assert daemon.log_lines("not locked in memory|memory=short") == []
    assert 0 < status(vault, "VmLck") <= lockable_kib
    assert daemon.pids()["vault"] == [vault]


@pytest.mark.skipif(SANITIZED, reason="a sanitizer locks nothing and allocates otherwise")
def test_a_vault_that_may_not_lock_enough_says_how_much_would_be(signetd):
    daemon = with_keys(signetd, 512 * 1024)
    line = daemon.log_lines("not locked in memory")[-1]
    [wanted] = re.findall(r"only 524288 octets may be locked, (\d+) would be needed; raise LimitMEMLOCK=", line)
    assert sign_with_each(daemon, range(10)) == {}
    assert 1024 * 1024 < int(wanted) < 2560 * 1024


@pytest.mark.skipif(SANITIZED, reason="a sanitizer needs memory where others need none")
def test_a_vault_without_memory_gives_up_other_keys_and_signs(signetd):
    daemon = with_keys(signetd, 3400 * 1024)
    [vault] = daemon.pids()["vault"]
    assert sign_with_each(daemon, range(100)) == {}
    with daemon.without_more_memory("vault"):
        assert sign_with_each(daemon) == {}
    short = daemon.log_lines("^signetd-vault.*memory=short: dropped [1-9][0-9]* unsealed keys")
    assert 0 < len(short) <= 5
    assert daemon.pids()["vault"] == [vault]
