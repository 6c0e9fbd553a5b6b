# SPDX-License-Identifier: ISC
"""The MTA's side of the milter protocol, version 6, for what no real MTA does on demand: many messages held open
at one point, connections that break off, several messages whose ends are sent at the same moment."""

import re
import socket
import struct

from .wait import PATIENCE

ACTIONS = 0x1FF
PROTOCOL = 0x1FFFFF
NO_REPLY = {"C": 0x1000, "H": 0x2000, "M": 0x4000, "R": 0x8000, "T": 0x10000, "N": 0x40000, "L": 0x80}
NO_RECIPIENTS = 0x08
LEADING_SPACE = 0x100000
BODY_CHUNK = 65535

PLAIN = (("From", " alice@example.com"), ("To", " bob@example.net"), ("Subject", " test"),
         ("Date", " Thu, 1 Jan 2026 00:00:00 +0000"), ("Message-ID", " <1@example.com>"))


class Reply:
    """What the milter wants done with a message: its last word, the fields it inserts, and (name, number) of those it
    takes out, all in its order."""

    def __init__(self, verdict, text, inserted, removed=()):
        self.verdict, self.text, self.inserted, self.removed = verdict, text, inserted, list(removed)

    @property
    def goes_on(self):
        """The message is taken: the two words for it say the same of it, and differ in what may come after."""
        return self.verdict in ("accept", "continue")

    def __repr__(self):
        return f"Reply({self.verdict!r}, {self.text!r}, {len(self.inserted)} inserted)"


class Connection:
    """One connection to a milter's socket; steps may be sent without waiting, and answers taken later."""

    def __init__(self, path, protocol=PROTOCOL, client="127.0.0.1", daemon_name=None):
        self.connect_only(path)
        self.negotiate(protocol, client, daemon_name)

    def connect_only(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(str(path))

    def negotiate(self, protocol=PROTOCOL, client="127.0.0.1", daemon_name=None, actions=ACTIONS):
        """client: an address, or nothing for one that has none. daemon_name: the macro, if any."""
        self._send("O", struct.pack(">III", 6, actions, protocol))
        command, data = self._receive()
        assert command == "O", (command, data)
        _, self.actions, self.steps = struct.unpack(">III", data[:12])
        family = b"U" if not client else b"6" if ":" in client else b"4"
        address = struct.pack(">H", 1234) + client.encode() + b"\0" if client else b""
        if daemon_name is not None:
            self._macros("C", **{"{daemon_name}": daemon_name})
        self._step("C", b"client.example\0" + family + address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def open_message(self, sender="<alice@example.com>", header=PLAIN, body=b"Hello\r\n", queue_id="QUEUEID",
                     macros=()):
        """All of a message but its end. A Reply if the milter has already said its last word, else None. macros: more
        of them at MAIL."""
        self._macros("M", i=queue_id, **dict(macros))
        self._step("M", sender.encode() + b"\0")
        if not self.steps & NO_RECIPIENTS:  # signetd does without them
            self._step("R", b"<bob@example.net>\0")
        for name, value in header:
            self._step("L", name.encode() + b"\0" + value.encode() + b"\0")
        self._macros("N", i=queue_id)
        reply = self._step("N", b"")
        if reply:
            return reply
        for at in range(0, len(body), BODY_CHUNK):
            reply = self._step("B", body[at:at + BODY_CHUNK])
        self._macros("E", i=queue_id)
        return reply

    def send_end(self):
        self._send("E", b"")

    def take_reply(self):
        """Wait for the last word after send_end."""
        inserted, removed = [], []
        while True:
            command, data = self._receive()
            if command == "i":
                name, value = data[4:].split(b"\0")[:2]
                inserted.append((name.decode(), value))
            elif command == "m":
                assert data.endswith(b"\0\0"), data  # no value: it goes
                removed.append((data[4:].split(b"\0")[0].decode(), struct.unpack(">I", data[:4])[0]))
            elif command != "p":  # progress
                last = _last_word(command, data, inserted)
                return Reply(last.verdict, last.text, inserted, removed)

    def end_message(self):
        self.send_end()
        return self.take_reply()

    def send_raw(self, octets):
        self._socket.sendall(octets)

    def abort(self):
        self._send("A", b"")

    def quit(self):
        self._send("Q", b"")
        self.close()

    # Packets.

    def _step(self, command, data):
        self._send(command, data)
        if self.steps & NO_REPLY.get(command, 0):
            return None
        answer, rest = self._receive()
        return None if answer == "c" else _last_word(answer, rest, [])

    def _macros(self, command, **macros):
        pairs = b"".join(name.encode() + b"\0" + value.encode() + b"\0" for name, value in macros.items())
        self._send("D", command.encode() + pairs)

    def _send(self, command, data):
        self._socket.sendall(struct.pack(">I", len(data) + 1) + command.encode() + data)

    def _receive(self):
        length = struct.unpack(">I", self._read(4))[0]
        packet = self._read(length)
        return packet[:1].decode("latin-1"), packet[1:]

    def _read(self, length):
        data = b""
        while len(data) < length:
            piece = self._socket.recv(length - len(data))
            if not piece:
                raise ConnectionError(f"the milter closed the connection after {len(data)} of {length} octets")
            data += piece
        return data


def signed(path, message):
    """The message (CRLF, header and body) with the fields that the milter at this socket inserts on top."""
    header, _, body = message.partition(b"\r\n\r\n")
    fields = [field.partition(b":") for field in re.split(rb"\r\n(?![ \t])", header)]
    shown = [(name.decode(), value.decode().replace("\r\n", "\n")) for name, _, value in fields]
    with Connection(path) as connection:
        early = connection.open_message(header=shown, body=body)
        reply = early or connection.end_message()
    assert reply.inserted, reply
    on_top = [name.encode() + b":" + value.replace(b"\n", b"\r\n") + b"\r\n" for name, value in reply.inserted]
    return b"".join(reversed(on_top)) + message


def _last_word(command, data, inserted):
    words = {"c": "continue", "a": "accept", "r": "reject", "t": "tempfail", "d": "discard"}
    if command == "y":
        text = data.rstrip(b"\0").decode()
        return Reply("reject" if text.startswith("5") else "tempfail", text, inserted)
    return Reply(words[command], "", inserted)


def is_signed(milter_socket, **message):
    """Does a message that is handed to the milter there get its one signature?"""
    with Connection(milter_socket) as connection:
        return connection.open_message(**message) is None and len(connection.end_message().inserted) == 1
