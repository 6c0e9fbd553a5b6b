# SPDX-License-Identifier: ISC
"""A name server that does as it is told, for everything that correct ones refuse to do. It runs as a program within
the network of the tests, on as many addresses as there are zones' servers of this kind.

It reads commands, one JSON object a line, and answers each with a line: {"ok": …} or {"error": why}. The test's side
of the dialogue is scripted.py.
"""

import asyncio
import contextlib
import json
import socket
import struct
import sys

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rdatatype

from support.misbehaviour import MISBEHAVIOURS, Query, Reply
from support.scripted_zone import ScriptedZone

_PORT = 53
_SIZE_WITHOUT_EDNS = 512


class Server:
    """One address."""

    def __init__(self, address, name, records):
        self._address, self._zone = address, ScriptedZone(name, records)
        self._habits = []  # [{"name": …, "word": …, "over": …, "times": …, "options": {…}}, …]
        self._queries = []
        self._udp = self._tcp = None
        self._tasks = set()

    # Commands.

    def start(self, over_tcp=True):
        self._udp = _socket(socket.SOCK_DGRAM, self._address, _PORT)
        if over_tcp:
            self._tcp = _socket(socket.SOCK_STREAM, self._address, _PORT)
            self._tcp.listen(64)
        self.thaw()

    def stop(self):
        self.freeze()
        for listening in filter(None, (self._udp, self._tcp)):
            listening.close()
        self._udp = self._tcp = None
        for task in self._tasks:
            task.cancel()

    def freeze(self):
        for listening in filter(None, (self._udp, self._tcp)):
            asyncio.get_running_loop().remove_reader(listening)

    def thaw(self):
        for listening, reader in ((self._udp, self._read_datagram), (self._tcp, self._accept)):
            if listening:
                asyncio.get_running_loop().add_reader(listening, reader)

    def change(self, changes):
        for change in changes:
            if change["do"] == "add":
                self._zone.add(*change["record"])
            else:
                self._zone.remove(change["name"], change["kind"])

    def misbehave(self, name, word, over, times, options):
        MISBEHAVIOURS[word]  # a word that is none is an error now
        self._habits.append({"name": name, "word": word, "over": over, "times": times, "options": options})

    def behave(self):
        self._habits = []

    def queries(self):
        return self._queries

    # Answers.

    def _replies(self, wire, transport, port):
        try:
            query = Query(dns.message.from_wire(wire), transport)
        except dns.exception.DNSException:
            return []
        if query.message.opcode() != dns.opcode.QUERY or len(query.message.question) != 1:
            return []
        self._remember(query, port)
        replies = [Reply(self._zone.answer(query.message).to_wire(max_size=65535))]
        for habit in self._habits_for(query):
            replies = MISBEHAVIOURS[habit["word"]](query, replies, **habit["options"])
        return [_fitting(query, reply) for reply in replies]

    def _remember(self, query, port):
        message, question = query.message, query.message.question[0]
        self._queries.append({
            "name": question.name.to_text(), "kind": dns.rdatatype.to_text(question.rdtype),
            "over": query.transport, "id": message.id, "port": port, "edns": message.edns >= 0,
            "payload": message.payload if message.edns >= 0 else _SIZE_WITHOUT_EDNS,
            "recursion_desired": bool(message.flags & dns.flags.RD)})

    def _habits_for(self, query):
        asked = query.message.question[0].name.to_text().lower()
        for habit in self._habits:
            if habit["name"] in ("*", asked) and habit["over"] in (None, query.transport) and habit["times"] != 0:
                if habit["times"]:
                    habit["times"] -= 1
                yield habit

    # UDP.

    def _read_datagram(self):
        with contextlib.suppress(BlockingIOError):
            wire, client = self._udp.recvfrom(65535)
            for reply in self._replies(wire, "udp", client[1]):
                self._later(self._send_datagram(reply, client))

    async def _send_datagram(self, reply, client):
        await asyncio.sleep(reply.delay_ms / 1000)
        if reply.from_other_port:
            with _socket(socket.SOCK_DGRAM, self._address, 0) as other:
                other.sendto(reply.wire, client)
        elif self._udp:
            self._udp.sendto(reply.wire, client)

    # TCP.

    def _accept(self):
        with contextlib.suppress(BlockingIOError):
            connection, client = self._tcp.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._later(self._serve(connection, client))

    async def _serve(self, connection, client):
        reader, writer = await asyncio.open_connection(sock=connection)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            is_open = True
            while is_open:
                length, = struct.unpack("!H", await reader.readexactly(2))
                for reply in self._replies(await reader.readexactly(length), "tcp", client[1]):
                    await _write(writer, reply)
                    is_open = is_open and not reply.closes
        writer.close()

    def _later(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _write(writer, reply):
    await asyncio.sleep(reply.delay_ms / 1000)
    octets = struct.pack("!H", len(reply.wire) + reply.missing) + reply.wire if reply.wire else b""
    for piece in ([octets[i:i + 1] for i in range(len(octets))] if reply.in_pieces else [octets]):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)


def _fitting(query, reply):
    """With TC and nothing else over UDP if it is longer than the client takes."""
    size = max(query.message.payload, _SIZE_WITHOUT_EDNS) if query.message.edns >= 0 else _SIZE_WITHOUT_EDNS
    if query.transport == "tcp" or reply.ignores_size or len(reply.wire) <= size:
        return reply
    return MISBEHAVIOURS["truncated"](query, [reply])[0]


def _socket(kind, address, port):
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    made.setblocking(False)
    return made


class Nameserver:
    """All addresses."""

    def __init__(self):
        self._servers = {}

    def obey(self, command):
        if command["do"] == "open":
            self._servers[command["address"]] = Server(command["address"], command["name"], command["records"])
            return None
        return getattr(self._servers[command["address"]], command["do"])(**command.get("with", {}))


async def main():
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    nameserver = Nameserver()
    print(json.dumps({"ok": None}), flush=True)
    async for line in commands:
        try:
            answer = {"ok": nameserver.obey(json.loads(line))}
        except Exception as error:  # the test hears of it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
