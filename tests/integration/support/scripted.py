# SPDX-License-Identifier: ISC
"""The test's side of the scripted name server (scripted_nameserver.py): one program, any number of addresses."""

import json
import os
import pathlib
import subprocess
import threading

from .editing import Add, Editable
from .wait import PATIENCE

_HERE = pathlib.Path(__file__).resolve().parent
_ARGV = ["/usr/bin/python3", "-B", "-m", "support.scripted_nameserver"]


class Scripted:
    """The program. It is started at once, and waited for when it is first told something."""

    def __init__(self, namespace, directory):
        self._log_file = directory / "log"
        self._lock = threading.Lock()
        self._is_ready = False
        with open(self._log_file, "wb") as log:
            self._process = namespace.start(_ARGV, env={**os.environ, "PYTHONPATH": str(_HERE.parent)},
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)

    @property
    def log(self):
        return self._log_file.read_text(errors="replace")

    def server(self, data, address):
        return ScriptedServer(self, data, address)

    def tell(self, command):
        """Give a command; what is answered."""
        with self._lock:
            if not self._is_ready:
                self._read_answer()
                self._is_ready = True
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
            return self._read_answer()

    def close(self):
        """Its namespace has ended it."""
        self._process.communicate(timeout=PATIENCE)

    def _read_answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the scripted name server ended:\n{self.log}")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"the scripted name server: {answer['error']}")
        return answer["ok"]


class ScriptedServer(Editable):
    """One address of it, with one zone."""

    def __init__(self, program, data, address):
        self.address, self.endpoint = address, f"{address}@53"
        self._program, self._data = program, data

    # Its life: as of a LongRunning.

    def launch(self):
        self._program.tell({"do": "open", "address": self.address, "name": f"{self._data.name}.",
                            "records": [_members(record) for record in self._data.all_records]})
        self._tell("start")

    def wait_until_ready(self):
        """It is."""

    def start(self, over_tcp=True):
        """After a stop. over_tcp: else connects are refused."""
        self._tell("start", over_tcp=over_tcp)

    def stop(self):
        self._tell("stop")

    def freeze(self):
        self._tell("freeze")

    def thaw(self):
        self._tell("thaw")

    # What it says.

    def change(self, changes):
        self._tell("change", changes=[
            {"do": "add", "record": _members(change.record)} if isinstance(change, Add)
            else {"do": "remove", "name": f"{change.name}.", "kind": change.kind} for change in changes])

    def misbehave(self, word, name="*", over=None, times=None, **options):
        """From now on, at this name, do what misbehaviour.py has under the word, after what was said before.

        over: "udp" or "tcp", else both; times: so many queries, else all.
        """
        name = name if name == "*" else name.rstrip(".").lower() + "."
        self._tell("misbehave", name=name, word=word, over=over, times=times, options=options)

    def behave(self):
        """Do no such thing any more."""
        self._tell("behave")

    @property
    def queries(self):
        """What it was asked: [{"name", "kind", "over", "id", "port", "edns", "payload", "recursion_desired"}, ...]."""
        return self._tell("queries")

    def _tell(self, do, **arguments):
        return self._program.tell({"do": do, "address": self.address, "with": arguments})


def _members(record):
    return [f"{record.name}.", record.ttl, record.kind, record.data]
