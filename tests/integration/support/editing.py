# SPDX-License-Identifier: ISC
"""Publishing: the same words for one server of a zone, for all of them, and for everything there is.

Whoever is edited takes a list of changes: Add, Remove.
"""

from dataclasses import dataclass

from .records import TTL, Record, plain, record


@dataclass(frozen=True)
class Add:
    record: Record


@dataclass(frozen=True)
class Remove:
    name: str
    kind: str  # "ANY": all there is


class Editable:
    """change(changes) is for those who inherit."""

    def publish(self, name, value, kind="TXT", ttl=TTL):
        """Make this the one record of its kind at the name."""
        self.change([Remove(plain(name), kind), Add(record(name, value, kind, ttl))])

    def add(self, name, value, kind="TXT", ttl=TTL):
        """One more, beside those that are there."""
        self.change([Add(record(name, value, kind, ttl))])

    def remove(self, name, kind="TXT"):
        self.change([Remove(plain(name), kind)])
