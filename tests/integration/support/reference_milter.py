# SPDX-License-Identifier: ISC
"""A milter of a few lines that inserts header fields on top of each message.

It lets the harness be tried without signetd: with dkimpy as its signer it shows which of the samples arrive intact
through each MTA, whoever signs them.
"""

import struct

from .reception import Reception, local_listener

_ADD_HEADERS, _HEADERS_VERBATIM, _VERSION = 0x01, 0x100000, 6
_WITHOUT_REPLY = b"DAQ"


class ReferenceMilter:
    """fields_for(message) -> [(name, value)], value with its leading space and LF folds; message is bytes with CRLF."""

    def __init__(self, path, fields_for):
        self._fields_for = fields_for
        self._reception = Reception(local_listener(path), self._serve)

    def close(self):
        self._reception.close()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            header, body = [], []
            while packet := _read_packet(stream):
                command, data = packet[:1], packet[1:]
                if command == b"M":
                    header, body = [], []
                elif command == b"L":
                    header.append(_field(data))
                elif command == b"B":
                    body.append(data)
                elif command == b"E":
                    self._insert(connection, b"".join(header) + b"\r\n" + b"".join(body) + data)
                if command not in _WITHOUT_REPLY:
                    _write_packet(connection, _negotiation() if command == b"O" else b"c")

    def _insert(self, connection, message):
        for name, value in self._fields_for(message):
            _write_packet(connection, b"i" + struct.pack("!I", 0) + name + b"\0" + value + b"\0")


def _negotiation():
    return b"O" + struct.pack("!III", _VERSION, _ADD_HEADERS, _HEADERS_VERBATIM)


def _field(data):
    name, value = data.split(b"\0")[:2]
    return name + b":" + value.replace(b"\n", b"\r\n") + b"\r\n"


def _read_packet(stream):
    head = stream.read(4)
    return stream.read(struct.unpack("!I", head)[0]) if len(head) == 4 else b""


def _write_packet(connection, packet):
    connection.sendall(struct.pack("!I", len(packet)) + packet)
