# SPDX-License-Identifier: ISC
"""Whatever is said to the milters, in whatever order and however it ends: the next message is served, nothing is left
behind, and the log has a line for each message that had an end, and no flood."""

import contextlib
import itertools
import os
import re
import struct

import pytest
from support.mta import ACTIONS, PLAIN, PROTOCOL
from support.place import I_AM_ROOT
from support.torture import (DOMAIN, INSIDE, OUTSIDE, REFUSED, Walk, Wire, Witness, client, descriptors, field, macros, mail, negotiation,
                             opening, packet, silent, tolerated)
from support.wait import wait_until

SANITIZED = "SIGNETD_SANITIZED" in os.environ
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def daemon(signetd):
    daemon = signetd(settings={"header_max_bytes": "64KiB", "canonicalization": "simple/simple"})
    daemon.have_key(DOMAIN)
    return daemon


@pytest.fixture(scope="module")
def idle(daemon):
    return descriptors(daemon)


@pytest.fixture
def witness(daemon, idle):
    """Looks, at the end of a test, whether it did harm."""
    witness = Witness(daemon, idle)
    yield witness
    witness.check()


@pytest.fixture
def wire(daemon, witness):
    """Closed before the witness looks."""
    wire = Wire(daemon.milter_socket)
    yield wire
    wire.close()


@pytest.fixture
def queue_id():
    return f"Q{next(_numbers)}"


def signs(wire, witness, queue_id, **message):
    """A message on this connection is signed, rightly, and logged once; its line."""
    assert wire.open_message(queue_id=queue_id, **message) is None
    witness.verify(wire.end_message(), **message)
    return witness.line(queue_id)


# ---- a message that breaks off, at every point, in every way --------------------------------------------------------

POINTS = ["negotiated", *(f"{name} {number}" for number, name in enumerate(
    ["macros", "MAIL", *["field"] * len(PLAIN), "macros", "end of header", "body", "macros"], 1))]

CLOSES = {
    "close": [],
    "quit": [packet("Q")],
    "quit and more": [packet("Q"), mail(), packet("E")],
    "half a length": [b"\0\0"],
    "half a packet": [packet("L", b"Subject\0 half\0")[:-5]],
    "another client, and close": [packet("K")],
}
IS_CLOSED = {
    "garbage": [b"GET / HTTP/1.0\r\n\r\n"],
    "too large": [struct.pack(">I", 66 << 20) + b"LSubject\0" + b"x" * 8192],
    "the largest length": [b"\x7f\xff\xff\xffB"],
    "no such command": [packet("z", b"z")],
}
GOES_ON = {
    "abort": [packet("A")],
    "abort twice": [packet("A"), packet("A")],
    "MAIL anew": [],
    "another client": [packet("K"), client()],
}


def broken_off(wire, point, queue_id):
    wire.begin()
    wire.say(*opening(queue_id)[:POINTS.index(point)])


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("ending", CLOSES)
def test_who_goes_leaves_nothing_behind(wire, witness, queue_id, point, ending):
    broken_off(wire, point, queue_id)
    wire.send(*CLOSES[ending])
    wire.close()
    witness.serves()
    assert witness.lines(f"queue_id={queue_id} ") == []


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("nonsense", IS_CLOSED)
def test_who_talks_nonsense_is_left(wire, witness, queue_id, point, nonsense):
    broken_off(wire, point, queue_id)
    tolerated(wire.send, *IS_CLOSED[nonsense])
    assert wire.is_closed()
    assert witness.lines(f"queue_id={queue_id} ") == []


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("turn", GOES_ON)
def test_the_next_message_of_the_connection_is_signed(wire, witness, queue_id, point, turn):
    broken_off(wire, point, queue_id)
    wire.send(*GOES_ON[turn])
    signs(wire, witness, f"{queue_id}b")
    assert witness.lines(f"queue_id={queue_id} ") == []


def test_an_end_that_nobody_waits_for_is_one_message_at_most(wire, witness, queue_id):
    """libmilter may see that nobody is there before it sees the end."""
    wire.begin()
    wire.say(*opening(queue_id), packet("E"))
    wire.close()
    witness.serves()
    assert len(witness.lines(f"queue_id={queue_id} ")) <= 1


# ---- the same connection for another client -------------------------------------------------------------------------

def test_another_client_of_the_same_connection_is_not_the_first(wire, witness, queue_id):
    wire.begin(INSIDE)
    assert "client=127.0.0.1" in signs(wire, witness, queue_id)
    wire.send(packet("K"), client(OUTSIDE))
    assert wire.open_message(queue_id=f"{queue_id}b").verdict == "accept"
    assert "reason=not-ours org=main" in witness.line(f"{queue_id}b")


def test_another_client_has_not_the_login_of_the_first(wire, witness, queue_id):
    wire.begin(OUTSIDE)
    assert 'login="alice"' in signs_for(wire, witness, queue_id, "alice")
    wire.send(packet("K"), client(OUTSIDE), mail())
    for one in PLAIN:
        wire.send(field(*one))
    wire.send(macros("N", i=f"{queue_id}b"), packet("N"), packet("B", b"Hello\r\n"))
    assert wire.receive() == ("a", b"")
    assert 'login=""' in witness.line(f"{queue_id}b")


def signs_for(wire, witness, queue_id, login):
    assert wire.open_message(queue_id=queue_id, macros={"{auth_authen}": login}) is None
    witness.verify(wire.end_message())
    return witness.line(queue_id)


def test_what_was_agreed_on_holds_for_another_client(wire, witness, queue_id):
    """Leading spaces in what is shown and inserted, and which steps have no reply."""
    wire.begin()
    for number in range(5):
        signs(wire, witness, f"{queue_id}n{number}")
        wire.send(packet("K"), client())
        assert wire.is_silent()


# ---- negotiation ----------------------------------------------------------------------------------------------------

SYMBOLS, SPACE = 0x100, 0x100000
NO_HELO_NO_RCPT = 0xA  # libmilter says so of a milter that does not look at them, offered or not
STEPS_OF_OLD = {2: 0x7F, 3: 0x17F, 4: 0x3FF, 6: PROTOCOL}  # offered by MTAs of these versions

TERMS = [(version, actions, steps) for version in STEPS_OF_OLD for actions in (0x1, ACTIONS & ~SYMBOLS, ACTIONS)
         for steps in {0, STEPS_OF_OLD[version], PROTOCOL & ~SPACE, PROTOCOL}] + [
    (7, 0xFFFFFFFF, 0xFFFFFFFF), (0x7FFFFFFF, ACTIONS, PROTOCOL)]


@pytest.mark.parametrize("terms", TERMS, ids=lambda terms: "-".join(f"{term:x}" for term in terms))
def test_a_message_is_signed_on_any_terms(wire, witness, queue_id, terms):
    version, actions, steps = terms
    agreed, asked, left_out = wire.begin(version=version, actions=actions, steps=steps)
    assert agreed <= min(version, 6) and asked & ~actions == 0
    assert left_out & ~(steps | NO_HELO_NO_RCPT) == 0
    is_exact = bool(left_out & SPACE)
    shown = [(name, value if is_exact else value.removeprefix(" ")) for name, value in PLAIN]
    assert wire.open_message(queue_id=queue_id, header=shown) is None
    reply = wire.end_message()
    [(name, value)] = reply.inserted
    assert value.startswith(b" ") == is_exact
    reply.inserted = [(name, value if is_exact else b" " + value)]
    witness.verify(reply)
    witness.line(queue_id)


@pytest.mark.parametrize("octets", [
    negotiation(version=1), negotiation(version=0), packet("O"), packet("O", b"\0\0\0\6"), packet("O", b"\0" * 11),
], ids=["version-1", "version-0", "empty", "version-only", "too-short"])
def test_no_terms_no_connection(wire, witness, octets):
    wire.send(octets)
    assert wire.is_closed()


def test_an_mta_that_lets_no_field_be_added_is_refused_and_does_not_fill_the_log(daemon, idle):
    witness = Witness(daemon, idle)
    for _ in range(50):
        with contextlib.closing(Wire(daemon.milter_socket)) as wire:
            wire.send(negotiation(actions=ACTIONS & ~1))
            assert wire.is_closed()
    witness.serves()
    daemon.wait_for_log(REFUSED)
    assert len(witness.lines(REFUSED)) < 10, "once a minute and process"
    assert witness.words() == []


def test_who_negotiates_twice_is_answered_once(wire, witness, queue_id):
    wire.begin()
    wire.send(negotiation())
    signs(wire, witness, queue_id)


# ---- what is not the protocol ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("octets", [
    b"GET / HTTP/1.0\r\n\r\n", b"EHLO client.example\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"r" * 64,
    b"\xff" * 64, b"\0\0\0\0\0\0\0\0", packet("O") * 3,
], ids=["http", "smtp", "tls", "ones", "zeros", "empty-negotiations"])
def test_other_protocols_are_hung_up_on(wire, witness, octets):
    tolerated(wire.send, octets)
    assert wire.is_closed()


@pytest.mark.parametrize("octets", [b"", b"\0", b"\0\0\0\1", client(), packet("E")],
                         ids=["nothing", "an-octet", "a-length", "client", "end"])
def test_who_has_not_negotiated_gets_nothing(wire, witness, octets):
    wire.send(octets)
    witness.serves()
    assert wire.is_silent()


def test_who_begins_with_a_message_is_put_off(wire, witness):
    """Nobody knows whose it is: it would be taken for mail of this machine."""
    wire.send(mail())
    assert wire.take_reply().verdict == "tempfail"
    witness.serves()


COMMANDS = "ABCDEHKLMNRTUO"


@pytest.mark.parametrize("data", [b"", b"\0", b"x", b"M", b"\0" * 3000, b"M" + b"x\0" * 20000, b"\xff" * 200])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_packet_of_the_wrong_form_harms_its_connection_at_most(wire, witness, queue_id, command, data):
    for point in ("negotiated", "MAIL 2", "end of header 9"):
        with contextlib.closing(Wire(wire.path)) as one:
            tolerated(one.begin)
            tolerated(one.send, *opening(f"{queue_id}p")[:POINTS.index(point)], packet(command, data))
            tolerated(one.send, packet("A"), mail())
    assert len(witness.lines(f"queue_id={queue_id}p ")) <= 3


@pytest.mark.parametrize("address", [b"", b"client.example", b"client.example\0", b"client.example\x004",
                                     b"client.example\x004\0\1", b"client.example\x004\0\1999.1.1.1\0",
                                     b"client.example\x006\0\1127.0.0.1\0", b"client.example\0Z\0\1127.0.0.1\0"])
def test_who_names_no_client_is_nobody(wire, witness, queue_id, address):
    """No address that cannot be read passes for one that is trusted."""
    wire.begin(OUTSIDE)
    wire.send(packet("K"), packet("C", address), *opening(queue_id))
    tolerated(wire.send, packet("E"))
    tolerated(wire.receive)
    assert all("decision=sign" not in line for line in witness.lines(f"queue_id={queue_id} "))


@pytest.mark.parametrize("stage", "CHMRTNEBL\0z")
def test_macros_out_of_place_change_nothing(wire, witness, queue_id, stage):
    wire.begin()
    for octets in opening(queue_id):
        wire.say(macros(stage, **{"{unheard_of}": "x" * 2000, "j": "elsewhere.example"}), octets)
    wire.send(packet("E"))
    witness.verify(wire.take_reply())
    witness.line(queue_id)


@pytest.mark.parametrize(("name", "shown"), [
    ("A\nsignetd: forged", "A?signetd:?forged"), ("B decision=reject", "B?decision=reject"), ("\xfc\x85", "????"),
    ("C" * 5000, "C" * 128),
], ids=["a-line", "a-word", "8-bit", "long"])
def test_a_name_of_the_queue_forges_nothing_and_hides_nothing(wire, witness, name, shown):
    wire.begin()
    assert wire.open_message(queue_id=name) is None
    witness.verify(wire.end_message())
    line = rf"^signetd-milter\[\d+\]: message queue_id={re.escape(shown)} decision=sign .* header_bytes="
    wait_until(lambda: len(witness.lines(line)) == 1, f"a line like {line!r}")


# ---- in a manner of its own -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("pieces", [(b"", b"Hello\r\n"), (b"Hel", b"lo\r\n"), (b"Hello\r", b"\n"), (b"Hello\r\n", b"")])
def test_the_last_of_the_body_may_come_with_its_end(wire, witness, queue_id, pieces):
    wire.begin()
    *before, _, last_macros = opening(queue_id)
    wire.send(*before, *([packet("B", pieces[0])] if pieces[0] else []))
    if pieces[0]:
        assert wire.receive() == ("c", b"")
    wire.send(last_macros, packet("E", pieces[1]))
    witness.verify(wire.take_reply())
    assert "body_bytes=7 " in witness.line(queue_id)


def test_a_body_that_comes_with_its_end_unsigned_has_an_answer(wire, witness, queue_id):
    wire.begin(OUTSIDE)
    wire.send(*opening(queue_id)[:-2], packet("E", b"Hello\r\n"))
    assert wire.receive() == ("a", b"")
    assert "reason=not-ours" in witness.line(queue_id)


def test_messages_sent_ahead_are_answered_in_order(wire, witness, queue_id):
    wire.begin()
    ids = [f"{queue_id}n{number}" for number in range(20)]
    wire.send(*(octets for one in ids for octets in [*opening(one), packet("E")]))
    for one in ids:
        assert wire.receive() == ("c", b"")  # to its body
        witness.verify(wire.take_reply())
        witness.line(one)


def test_what_comes_after_the_end_changes_nothing(wire, witness, queue_id):
    wire.begin()
    signs(wire, witness, queue_id)
    wire.send(packet("E"), packet("B", b"more\r\n"), field("From", " eve@example.com"), packet("N"))
    signs(wire, witness, f"{queue_id}b")
    assert len(witness.lines(f"queue_id={queue_id} ")) == 1


def test_a_field_behind_the_header_is_the_end_of_its_message(wire, witness, queue_id):
    """libmilter drops all that follows; nothing is signed that was not shown in order."""
    wire.begin()
    *before, body, last_macros = opening(queue_id)
    wire.send(*before, field("Subject", " another"), body, last_macros, packet("E"))
    signs(wire, witness, f"{queue_id}b")
    assert witness.lines(f"queue_id={queue_id} ") == []


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_packets_may_come_in_pieces(wire, witness, queue_id, size):
    wire.begin()
    octets = b"".join([*opening(queue_id), packet("E")])
    for at in range(0, len(octets), size):
        wire.send(octets[at:at + size])
    assert wire.receive() == ("c", b"")
    witness.verify(wire.take_reply())
    witness.line(queue_id)


def test_a_thousand_messages_of_a_connection_are_each_signed(wire, witness, queue_id):
    wire.begin()
    for number in range(100 if SANITIZED else 1000):
        assert wire.open_message(queue_id=f"{queue_id}n{number}") is None
        assert len(wire.end_message().inserted) == 1
    witness.line(f"{queue_id}n{number}")


# ---- very many ------------------------------------------------------------------------------------------------------

MANY = 300 if SANITIZED else 3000


@pytest.fixture
def crowd_of():
    """crowd_of(daemon)(count, octets): connections that say nothing more; gone at the end of the test."""
    wires = []

    def crowd_of(daemon):
        def gather(count, octets=b""):
            wires.extend(silent(daemon.milter_socket, count, octets))
            return wires
        return gather

    yield crowd_of
    for wire in wires:
        wire.close()


@pytest.mark.parametrize("octets", [b"", b"\0\0", negotiation(), negotiation() + client() + mail(),
                                    negotiation() + client() + mail() + field("From", "x" * 1000)[:-9]],
                         ids=["silent", "half-length", "negotiated", "mail", "half-field"])
def test_many_who_say_nothing_keep_nobody_from_being_served(daemon, idle, crowd_of, octets):
    witness, crowd = Witness(daemon, idle), crowd_of(daemon)
    wait_for_place(crowd, MANY, octets)
    wait_until(lambda: is_served(daemon), "a message to be served")
    for wire in crowd(0):
        wire.close()
    witness.check()


def is_served(daemon):
    """libmilter can leave a connection waiting that comes while all its threads are in the middle of packets; an MTA
    tries again, too."""
    with contextlib.closing(Wire(daemon.milter_socket)) as wire:
        wire.hurry()
        with contextlib.suppress(TimeoutError):
            wire.begin()
            wire.say(*opening("CROWD"), packet("E"))
            return len(wire.take_reply().inserted) == 1


def wait_for_place(crowd, count, octets):
    """The listening socket has room for a few only: until the milters have taken the others."""
    def all_are_there():
        return len(crowd(count - len(crowd(0)), octets)) >= count
    wait_until(all_are_there, "connections to be taken")


FEW = 300


@pytest.fixture(scope="module")
def narrow_daemon(signetd):
    daemon = signetd(descriptors=(FEW - 100, FEW))
    daemon.have_key(DOMAIN)
    return daemon


def test_a_milter_has_all_the_descriptors_it_may_have(narrow_daemon):
    for pid in narrow_daemon.pids()["milter"]:
        [line] = [line for line in open(f"/proc/{pid}/limits") if line.startswith("Max open files")]
        assert line.split()[3:5] == [str(FEW)] * 2


def takes_connections(pid):
    """Whether the socket it accepts on is not the private one, that nobody connects to."""
    given = dict(word.split("=") for word in open(f"/proc/{pid}/cmdline").read().split("\0") if "=" in word)
    return os.readlink(f"/proc/{pid}/fd/{given['listen']}") != os.readlink(f"/proc/{pid}/fd/{given['private']}")


@pytest.mark.skipif(not I_AM_ROOT, reason="the descriptors of milters are root's to see")
def test_without_descriptors_connections_wait_and_the_log_says_so(narrow_daemon, crowd_of):
    """libmilter would try again and again to take them, with all the CPU there is, and say nothing."""
    milters = narrow_daemon.pids()["milter"]
    assert all(map(takes_connections, milters))
    witness = Witness(narrow_daemon, descriptors(narrow_daemon))
    crowd = crowd_of(narrow_daemon)
    crowd(2 * FEW)
    wait_until(lambda: len(witness.lines("connections=waiting")) == 2, "both milters to be full")
    assert not any(map(takes_connections, milters))
    waiting = Wire(narrow_daemon.milter_socket)
    waiting.send(negotiation())
    for wire in crowd(0):
        wire.close()
    assert waiting.receive()[0] == "O"
    waiting.close()
    wait_until(lambda: len(witness.lines("connections=taken again")) == 2, "both milters to have room again")
    assert all(map(takes_connections, milters))
    witness.serves()


def test_nobody_waits_at_the_end_for_a_message_that_was_broken_off(signetd):
    daemon = signetd(settings={"drain_timeout": "2s"})
    daemon.have_key(DOMAIN)
    with contextlib.closing(Wire(daemon.milter_socket)) as wire:
        wire.begin()
        wire.say(*opening("BROKEN"), packet("A"), packet("H", b"client.example\0"))
        assert wire.receive() == ("c", b"")
        daemon.stop()
    assert daemon.log_lines("open messages") == []


# ---- at random ------------------------------------------------------------------------------------------------------

STEPS = 300 if SANITIZED else 2000


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_walk_over_the_commands_does_no_harm(daemon, witness, seed):
    walk = Walk(daemon.milter_socket, witness, seed).run(STEPS)
    assert 0 < len(walk.lines()) <= walk.mails


@pytest.mark.plain_build  # a sanitizer's memory is its own
def test_memory_does_not_grow_with_what_was_said(daemon, witness):
    def rounds(seeds):
        for seed in seeds:
            Walk(daemon.milter_socket, witness, seed).run(STEPS)
            for octets in (negotiation(), negotiation() + client() + mail() + field("From", "x")):
                for _ in range(500):
                    with contextlib.closing(Wire(daemon.milter_socket)) as wire:
                        wire.send(octets)
                        wire.receive()
    rounds([101, 102])
    before = witness.resident_kib()
    rounds(range(103, 107))
    grown = {pid: kib - before[pid] for pid, kib in witness.resident_kib().items()}
    assert max(grown.values()) < 4 * 1024, grown
