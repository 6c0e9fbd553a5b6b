# SPDX-License-Identifier: ISC
"""Between an MTA and a milter: passes every octet on, and keeps what the MTA showed and what the milter answered."""

import socket
import struct
import threading
from dataclasses import dataclass, field

from .reception import Reception, local_listener


@dataclass
class Talk:
    """Of one message. Fields are raw, without the final CRLF, with CRLF where the protocol has LF."""
    shown: list = field(default_factory=list)     # header fields, top first, as the milter saw them
    inserted: list = field(default_factory=list)  # what it had put on top of them, in its order
    body: bytes = b""

    def fields(self, name):
        """The fields shown of this name, top first."""
        return [one for one in self.shown if one.partition(b":")[0].strip().lower() == name.lower().encode()]


class Wiretap:
    """path: where it listens; milter: the path of the milter's socket. Both sides must agree on leading spaces."""

    def __init__(self, path, milter):
        self.path, self._milter = path, milter
        self._talks, self._changed = {}, threading.Lock()
        self._reception = Reception(local_listener(path), self._tap)

    def talk(self, queue_id):
        """What was said about the message that has this queue id."""
        with self._changed:
            return self._talks[queue_id]

    def close(self):
        self._reception.close()

    def _tap(self, mta):
        milter = socket.socket(socket.AF_UNIX)
        milter.connect(str(self._milter))
        session = _Session(self._keep)
        threading.Thread(target=_pass_on, args=(milter, mta, session.from_milter), daemon=True).start()
        _pass_on(mta, milter, session.from_mta)



    def _keep(self, queue_id, talk):
        with self._changed:
            self._talks[queue_id] = talk


class _Session:
    """What one connection says, packet by packet; a message is kept when its end is sent."""

    def __init__(self, keep):
        self._keep, self._talk, self._queue_id = keep, Talk(), None

    def from_mta(self, command, data):
        if command == b"M":
            self._talk = Talk()
        elif command == b"D":
            words = data[1:].split(b"\0")
            self._queue_id = dict(zip(words[::2], words[1::2])).get(b"i", b"").decode() or self._queue_id
        elif command == b"L":
            self._talk.shown.append(_field(data))
        elif command in (b"B", b"E"):
            self._talk.body += data
        if command == b"E":
            self._keep(self._queue_id, self._talk)

    def from_milter(self, command, data):
        if command == b"O":
            assert struct.unpack("!I", data[8:12])[0] & 0x100000, "without leading spaces fields are not exact"
        elif command == b"i":
            self._talk.inserted.append(_field(data[4:]))


def _pass_on(source, target, listen):
    with source, target, source.makefile("rb") as stream:
        try:
            while len(head := stream.read(4)) == 4:
                packet = stream.read(struct.unpack("!I", head)[0])
                listen(packet[:1], packet[1:])
                target.sendall(head + packet)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side went away


def _field(data):
    name, value = data.split(b"\0")[:2]
    return name + b":" + value.replace(b"\n", b"\r\n")
