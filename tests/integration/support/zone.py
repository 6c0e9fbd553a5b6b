# SPDX-License-Identifier: ISC
"""A zone and its name servers, each of which has a copy of its own, so that they can come to disagree."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .editing import Add, Editable, Remove
from .records import delegation, glue, infrastructure, plain
from .tsig import TsigKey


@dataclass(frozen=True)
class ZoneData:
    """What its servers start with."""
    name: str
    servers: list  # [(name, address), ...]
    records: list  # [Record, ...]
    negative_ttl: int
    owner_key: TsigKey  # may change everything
    publisher_key: TsigKey  # TXT and CNAME only
    stranger_key: TsigKey  # known to the servers, and may nothing

    @property
    def keys(self):
        return [self.owner_key, self.publisher_key, self.stranger_key]

    @property
    def all_records(self):
        return [*infrastructure(self.name, self.servers, self.negative_ttl), *self.records]

    @property
    def text(self):
        """The zone file."""
        return "$ORIGIN .\n" + "".join(f"{one.line}\n" for one in self.all_records)


class Zone(Editable):
    """servers: things that are edited, stopped, frozen one by one. tsig_key_file: of a key that may publish here."""

    def __init__(self, data, servers, tsig_key_file=None):
        self.name, self.servers, self.tsig_key_file = data.name, servers, tsig_key_file
        self._data = data

    def change(self, changes):
        """On every server."""
        if len(self.servers) == 1:
            self.servers[0].change(changes)
            return
        with ThreadPoolExecutor(len(self.servers)) as pool:
            list(pool.map(lambda server: server.change(changes), self.servers))

    def delegate(self, data):
        """Make another zone, below, known here."""
        self.change([Add(one) for one in (*delegation(data.name, data.servers), *glue(data.servers, self.name))])

    def forget(self, data):
        """Take the delegation back."""
        self.change([Remove(data.name, "NS")] + [Remove(one.name, one.kind) for one in glue(data.servers, self.name)])

    @property
    def data(self):
        return self._data

    def close(self):
        with contextlib.ExitStack() as stack:
            for server in self.servers:
                stack.callback(server.stop)


class Authority(Editable):
    """One real server of a zone: process is bind.Bind or knot.Knot. It is changed by nsupdate(1)."""

    def __init__(self, namespace, process, zone, address, key_file):
        self.address, self.endpoint = address, f"{address}@53"
        self._namespace, self._process, self._zone, self._key_file = namespace, process, zone, key_file
        self.start, self.stop = process.start, process.stop
        self.freeze, self.thaw = process.freeze, process.thaw

    @property
    def log(self):
        return self._process.log

    def change(self, changes):
        self.update("\n".join(line for change in changes for line in _lines(change)))

    def update(self, commands):
        """Change its copy by the language of nsupdate(1)."""
        script = f"check-names no\nserver {self.address}\nzone {self._zone}.\n{commands}\nsend\n"
        done = self._namespace.run(["nsupdate", "-k", self._key_file], input=script.encode())
        if done.returncode:
            raise AssertionError(f"nsupdate: {done.stderr.decode()}\n{script}\n{self.log}")


def _lines(change):
    if isinstance(change, Remove):
        kind = "" if change.kind == "ANY" else f" {change.kind}"
        return [f"update delete {plain(change.name)}.{kind}"]
    added = change.record
    # BIND takes an update that puts something beside a CNAME, and ignores it: ask for a refusal instead
    others = ["TXT", "A", "AAAA"] if added.kind == "CNAME" else ["CNAME"]
    return [*(f"prereq nxrrset {added.name}. {kind}" for kind in others), f"update add {added.line}"]
