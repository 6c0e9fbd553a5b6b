# SPDX-License-Identifier: ISC
"""A message being written, and the chance by which it is."""

import random

from . import words

LINE_MAX = 998  # octets of a line without its end, RFC 5322 §2.1.1


class Chance(random.Random):
    """The same for the same seed and number, everywhere."""

    def __init__(self, seed, number):
        super().__init__(f"{seed}/{number}")

    def one_in(self, count):
        return self.randrange(count) == 0

    def word(self):
        return self.choice(words.PLAIN)

    def phrase(self, least=2, most=7):
        return " ".join(self.word() for _ in range(self.randint(least, most)))

    def wsp(self, most=6):
        """A run of spaces and tabs, never empty."""
        return "".join(self.choice(" \t") for _ in range(self.randint(1, most)))

    def token(self):
        return f"{self.getrandbits(48):012x}"

    def lines(self, least, most):
        """Plain text of so many lines, CRLF after each."""
        return "".join(self.phrase(3, 11).capitalize() + ".\r\n" for _ in range(self.randint(least, most))).encode()


class Letter:
    """Header fields as raw octets without their final CRLF, top first, and a body: None if not even the empty line
    before it is there. domain: that of the signature, an A-label; sender: of the envelope; foreign: (domain,
    selector, algorithm) of each signature it already has, which must pass, too."""

    def __init__(self, chance):
        self.chance = chance
        self.domain, self.sender, self.foreign = "example.com", "alice@example.com", []
        self.fields, self.body = [], b""
        self.add("From", f" {chance.phrase(1, 2).title()} <alice@example.com>")
        self.add("To", f" bob@{chance.word()}.example.net")
        self.add("Subject", f" {chance.phrase().capitalize()}")
        self.add("Date", f" Fri, 21 Nov 2025 {chance.randrange(24):02}:{chance.randrange(60):02}:00 +0000")
        self.add("Message-ID", f" <{chance.token()}@example.com>")
        self.body = chance.lines(1, 9)

    def add(self, name, value, at=None):
        """value: all that follows the colon, folds with their CRLF."""
        field = name.encode() + b":" + _octets(value)
        self.fields.insert(len(self.fields) if at is None else at, field)

    def set(self, name, value):
        """In the place of the one of this name, else last."""
        at = self._place(name)
        self.remove(name)
        self.add(name, value, at)

    def remove(self, name):
        self.fields = [field for field in self.fields if not _is_named(field, name)]

    def mime(self, content_type, encoding=None):
        self.set("MIME-Version", " 1.0")
        self.set("Content-Type", f" {content_type}")
        if encoding:
            self.set("Content-Transfer-Encoding", f" {encoding}")

    def shuffle(self):
        """The order of the fields says nothing."""
        self.chance.shuffle(self.fields)

    def octets(self):
        header = b"".join(field + b"\r\n" for field in self.fields)
        return header if self.body is None else header + b"\r\n" + self.body

    def _place(self, name):
        places = [at for at, field in enumerate(self.fields) if _is_named(field, name)]
        return places[0] if places else None


def _is_named(field, name):
    return field.partition(b":")[0].lower() == name.lower().encode()


def _octets(value):
    return value if isinstance(value, bytes) else value.encode()
