# SPDX-License-Identifier: ISC
"""Before a name server: passes on what is asked, and keeps one dynamic update (RFC 2136) back until it is told, as a
network or a busy server may.

It runs as a program within the network of the tests: a line of its input is the label of whose update it keeps, or
"release"; a line of its output is what it has done.
"""

import asyncio
import os
import pathlib
import struct
import subprocess
import sys

_HERE = pathlib.Path(__file__).resolve().parent
_ARGV = ["/usr/bin/python3", "-B", "-m", "support.late_updates"]
_UPDATE = 5  # its opcode


class LateUpdates:
    """The test's side. address: where it listens; server: the address of the name server; both on port 53."""

    def __init__(self, internet, address, server):
        self.endpoint = f"{address}@53"
        self._process = internet.namespace.start(
            [*_ARGV, address, server], env={**os.environ, "PYTHONPATH": str(_HERE.parent)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._expect("listening")

    def keep(self, label):
        """The next update that names it."""
        self._say(label)
        self._expect("keeping")

    def wait_until_kept(self):
        self._expect("kept")

    def release(self):
        """What was kept arrives; the code the server answers with."""
        self._say("release")
        return int(self._expect("answered").split()[1])

    def close(self):
        self._process.communicate(timeout=90)

    def _say(self, line):
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _expect(self, word):
        line = self._process.stdout.readline()
        assert line.startswith(word), f"{word} was expected: {line!r}"
        return line


class _Relay:
    def __init__(self, server):
        self._server, self._label, self._kept = server, None, None

    async def serve(self, reader, writer):
        """One connection."""
        try:
            while True:
                query = await _read(reader)
                if self._is_wanted(query):
                    self._label, self._kept = None, query
                    print("kept", flush=True)
                    return
                writer.write(_framed(await self._ask(query)))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # one side went away
        finally:
            writer.close()

    async def obey(self, line):
        if line == "release":
            answer = await self._ask(self._kept)
            print(f"answered {answer[3] & 15}", flush=True)
        else:
            self._label = line.encode()
            print("keeping", flush=True)

    async def _ask(self, query):
        reader, writer = await asyncio.open_connection(self._server, 53)
        writer.write(_framed(query))
        answer = await _read(reader)
        writer.close()
        return answer

    def _is_wanted(self, query):
        return self._label is not None and query[2] >> 3 & 15 == _UPDATE and self._label in query


class _Datagrams(asyncio.DatagramProtocol):
    """Questions over UDP: the other side is asked over TCP."""

    def __init__(self, relay):
        self._relay, self._tasks = relay, set()

    def connection_made(self, transport):
        self._transport = transport

    def datagram_received(self, data, addr):
        task = asyncio.ensure_future(self._answer(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, query, client):
        self._transport.sendto(await self._relay._ask(query), client)


async def _read(reader):
    return await reader.readexactly(*struct.unpack("!H", await reader.readexactly(2)))


def _framed(message):
    return struct.pack("!H", len(message)) + message


async def _main(address, server):
    loop = asyncio.get_running_loop()
    relay = _Relay(server)
    await asyncio.start_server(relay.serve, address, 53)
    await loop.create_datagram_endpoint(lambda: _Datagrams(relay), local_addr=(address, 53))
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("listening", flush=True)
    async for line in lines:
        await relay.obey(line.decode().strip())


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
