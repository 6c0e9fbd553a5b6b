# SPDX-License-Identifier: ISC
"""The milter protocol as no MTA should speak it: single packets, in any order, whole or not. And what must not come of
it: something left behind in the milters, a message lost, a word too many in the log."""

import contextlib
import itertools
import os
import pathlib
import random
import re
import select
import socket
import struct

from . import by_hand
from .mta import ACTIONS, NO_REPLY, PLAIN, PROTOCOL, Connection
from .place import I_AM_ROOT
from .wait import wait_until

INSIDE, OUTSIDE = "127.0.0.1", "198.51.100.7"
DOMAIN = "example.com"
REFUSED = "the MTA does not let header fields be added"


def packet(command, data=b""):
    return struct.pack(">I", len(data) + 1) + command.encode("latin-1") + data


def negotiation(version=6, actions=ACTIONS, steps=PROTOCOL):
    return packet("O", struct.pack(">III", version, actions, steps))


def client(address=INSIDE):
    return packet("C", b"client.example\0004" + struct.pack(">H", 1234) + address.encode() + b"\0")


def macros(stage, **values):
    pairs = "".join(f"{name}\0{value}\0" for name, value in values.items())
    return packet("D", stage.encode() + pairs.encode())


def mail(sender="<alice@example.com>"):
    return packet("M", sender.encode() + b"\0")


def field(name, value):
    return packet("L", f"{name}\0{value}\0".encode())


def opening(queue_id, body=b"Hello\r\n"):
    """The packets of a message, but for its end."""
    return [macros("M", i=queue_id), mail(), *(field(*one) for one in PLAIN), macros("N", i=queue_id), packet("N"),
            packet("B", body), macros("E", i=queue_id)]


class Wire(Connection):
    """A connection on which nothing has been said."""

    def __init__(self, path):
        self.path, self.steps = path, PROTOCOL
        self.connect_only(path)

    def send(self, *packets):
        self._socket.sendall(b"".join(packets))

    def begin(self, address=INSIDE, **terms):
        """Negotiate, and name a client; what was agreed on: (version, actions, steps)."""
        self.send(negotiation(**terms))
        command, data = self.receive()
        assert command == "O", (command, data)
        version, self.actions, self.steps = struct.unpack(">III", data[:12])
        self.send(client(address))
        if not self.steps & NO_REPLY["C"]:
            assert self.receive() == ("c", b"")
        return version, self.actions, self.steps

    def say(self, *packets):
        """Send them one by one, and take the answers to pieces of the body."""
        for octets in packets:
            self.send(octets)
            if octets[4:5] == b"B":
                assert self.receive() == ("c", b"")

    def receive(self):
        """(command, data)"""
        return self._receive()

    def is_closed(self):
        """Wait for the milter to close it, reading whatever comes before."""
        try:
            while self._socket.recv(65536):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def hurry(self):
        """Wait for half a second only: for who tries again."""
        self._socket.settimeout(0.5)

    def is_silent(self):
        """Nothing has come by now, nor the end."""
        return not select.select([self._socket], [], [], 0)[0]

    def take(self):
        """What has come by now, so that the milter is never kept from answering."""
        while not self.is_silent():
            if not self._socket.recv(65536):
                raise ConnectionError("closed by the milter")


def tolerated(call, *arguments):
    """The call, which may find the connection closed by the milter."""
    with contextlib.suppress(ConnectionError):
        return call(*arguments)


def descriptors(daemon):
    """How many each milter has; they are root's to see."""
    return [len(os.listdir(f"/proc/{pid}/fd")) for pid in daemon.pids()["milter"]] if I_AM_ROOT else []


_witnessed = itertools.count(1)


class Witness:
    """What the milters are and have said from now on. idle: descriptors() when nobody is connected."""

    def __init__(self, daemon, idle):
        self._daemon = daemon
        key = daemon.ctl("key", "list", "--domain", DOMAIN)["keys"][0]
        self._records = {record["name"].rstrip("."): record["value"]
                         for record in daemon.ctl("records", key["id"])["records"]}
        self._pids = daemon.pids()["milter"]
        self._said, self._idle = daemon.log_mark, idle

    # Nothing is lost.

    def check(self):
        """The same milters serve the next message, with nothing left from before, and logged nothing but messages."""
        self.serves()
        pids = self._daemon.pids()["milter"]
        assert sorted(pids) == sorted(self._pids), (pids, self._pids, self.lines(r"^signetd\["))
        wait_until(lambda: descriptors(self._daemon) == self._idle,
                   lambda: f"{descriptors(self._daemon)} descriptors to be {self._idle} again")
        words = self.words()
        assert words == [], words[:3]

    def serves(self):
        """A message, of which the signature is right."""
        queue_id = f"WITNESS{next(_witnessed)}"
        with Connection(self._daemon.milter_socket) as connection:
            assert connection.open_message(queue_id=queue_id) is None
            self.verify(connection.end_message())
        self.line(queue_id)

    def negotiates(self):
        """A connection, and no more of it."""
        with Wire(self._daemon.milter_socket) as wire:
            wire.send(negotiation())
            assert wire.receive()[0] == "O"

    def verify(self, reply, header=PLAIN, body=b"Hello\r\n"):
        """One field was inserted, and it is a signature of this message. Its value's own leading space."""
        assert reply.goes_on and len(reply.inserted) == 1, reply
        name, value = reply.inserted[0]
        whole = name.encode() + b":" + value.replace(b"\n", b"\r\n")
        message = "".join(f"{name}:{value}\r\n" for name, value in header).encode() + b"\r\n" + body
        assert by_hand.verifies(message, whole, self._records.get)

    # Nothing is left behind.

    def resident_kib(self):
        """{pid: memory in use} of the milters."""
        return {pid: int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])
                for pid in self._pids}

    # Nothing is said too often.

    def line(self, queue_id):
        """The one line about this message."""
        self._daemon.wait_for_log(rf" message queue_id={queue_id} ", since=self._said)
        [line] = self.lines(rf" message queue_id={queue_id} ")
        return line

    def lines(self, pattern):
        return self._daemon.log_lines(pattern, self._said)

    def words(self):
        """Lines of milters that are not about a message, nor about an MTA that offers too little: any may say that it is
        one, and that is said once a minute (test_protocol.py); nor libmilter's own, which are as rare (test_log.py)."""
        return [line for line in self.lines(r"^signetd-milter\[")
                if not re.search(f" message queue_id=|{REFUSED}|: libmilter (said|more)=", line)]


class Walk:
    """A walk over the protocol's commands, a few connections at once: mostly what comes next in a message, else
    anything at all. The same for the same seed, but for what the milter does meanwhile."""

    CONNECTIONS = 6

    def __init__(self, path, witness, seed):
        self._path, self._witness, self._choose = path, witness, random.Random(seed)
        self._name = f"W{seed}N"
        self._connections = [None] * self.CONNECTIONS
        self.packets = self.opened = self.messages = self.mails = 0

    def run(self, steps):
        for _ in range(steps):
            place = self._choose.randrange(self.CONNECTIONS)
            if self._connections[place] is None:
                self._connections[place] = self._open()
            self._step(place)
        for place in range(self.CONNECTIONS):
            self._close(place)
        return self

    def lines(self):
        """Those about its messages."""
        return self._witness.lines(rf" message queue_id={self._name}\d+ ")

    def _open(self):
        self.opened += 1
        wire = Wire(self._path)
        if self._choose.random() < 0.9:
            tolerated(wire.send, negotiation(), client())
        return wire, iter(())

    def _close(self, place):
        if self._connections[place]:
            self._connections[place][0].close()
        self._connections[place] = None

    def _step(self, place):
        wire, script = self._connections[place]
        act = self._choose.choices([self._go_on, self._anything, self._whole_message, self._break_off],
                                   [70, 20, 4, 6])[0]
        try:
            act(place, wire, script)
            if self._connections[place]:
                wire.take()
        except ConnectionError:  # the milter's right, after what it was told
            self._close(place)

    def _send(self, wire, octets):
        self.packets += 1
        self.mails += octets[4:5] == b"M"
        wire.send(octets)

    def _go_on(self, place, wire, script):
        octets = next(script, None)
        if octets is None:
            self.messages += 1
            script = iter([*opening(f"{self._name}{self.messages}", self._octets(3000)), packet("E")])
            self._connections[place] = wire, script
            octets = next(script)
        self._send(wire, octets)

    def _anything(self, place, wire, script):
        command = self._choose.choice("ABCDEHKLMNORTU" + "Q" * (self._choose.random() < 0.1))
        some = [b"", b"\0", b"M", b"From\0", self._octets(20), b"x\0" * 40, self._octets(70000),
                mail()[5:], field("From", " eve@example.com")[5:], client(OUTSIDE)[5:], negotiation()[5:]]
        if command == "D":  # in pairs: a name without a value makes libmilter read behind its list (docs/milter.md)
            some = [b"M" + b"x\0y\0" * 40, b"C{auth_authen}\0eve\0", b"Ei\0\0", b"z" + self._octets(20), b"M"]
        self._send(wire, packet(command, self._choose.choice(some)))

    def _whole_message(self, place, wire, script):
        """On a connection of its own, whatever the others do."""
        self.messages += 1
        self.mails += 1
        queue_id = f"{self._name}{self.messages}"
        with Connection(self._path) as connection:
            assert connection.open_message(queue_id=queue_id) is None
            self._witness.verify(connection.end_message())
        self._witness.line(queue_id)

    def _break_off(self, place, wire, script):
        rest = self._choose.choice([b"", b"\0\0\0", struct.pack(">I", 0x7FFFFFFF), b"\xff\xff\xff\xffB", packet("B", self._octets(50))[:-3],
                                    b"GET / HTTP/1.0\r\n\r\n", packet("Q")])
        tolerated(self._send, wire, rest)
        if self._choose.random() < 0.8:
            self._close(place)

    def _octets(self, most):
        return self._choose.randbytes(self._choose.randrange(most))


def silent(path, count, octets=b""):
    """So many connections that say nothing more than these octets; as many as were taken."""
    wires = []
    for _ in range(count):
        wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            wire.connect(str(path))
            wire.send(octets)
        except BlockingIOError:  # nobody takes them, and no more can wait
            wire.close()
            break
        wires.append(wire)
    return wires
