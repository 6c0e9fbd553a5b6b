# SPDX-License-Identifier: ISC
"""Two daemons, of relaxed/relaxed and of simple/simple, each behind a wiretap. An MTA with both as its milters gives
every message two signatures, and what becomes of them is seen side by side."""

import re

from .place import I_AM_ROOT
from .proof import JUDGES
from .wiretap import Wiretap

HOWS = ("relaxed", "simple")
DOMAINS = {"example.com": "DomainAndSubdomains", "xn--bcher-kva.example": "DomainOnly"}


class Twins:
    """signetd, place, names, judges: as the fixtures of these names."""

    def __init__(self, signetd, place, names, judges):
        self._judges, self._taps, self._selectors = judges, {}, {}
        for how in HOWS:
            daemon = signetd(as_root=I_AM_ROOT, settings={"canonicalization": f"{how}/{how}"})
            keys = [daemon.have_key(domain, "--match", match, names=names) for domain, match in DOMAINS.items()]
            self._selectors[how] = {key["selector"] for key in keys}
            self._taps[how] = Wiretap(place() / "tap.sock", daemon.milter_socket)

    @property
    def postfix_milters(self):
        return " ".join(f"unix:{tap.path}" for tap in self._taps.values())

    @property
    def sendmail_milters(self):
        return " ".join(f"local:{tap.path}" for tap in self._taps.values())

    def field(self, how, arrival):
        """The signature as it was inserted into a message that arrived."""
        [field] = self._taps[how].talk(arrival.queue_id).inserted
        return field

    def changed(self, how, arrival):
        """What this signature covers and arrived otherwise than it was shown: names of fields, "body"."""
        talk = self._taps[how].talk(arrival.queue_id)
        names = [name for name in _names_in(talk.inserted[0]) if arrival.fields(name) != talk.fields(name)]
        return names + ["body"] * (arrival.data.partition(b"\r\n\r\n")[2] != talk.body)

    def verdicts(self, message):
        """{how: {judge: whether its signature passes, for each that it found}}"""
        said = self._judges.all(message)
        return {how: {name: [verdict.passed for verdict in verdicts if verdict.selector in self._selectors[how]]
                      for name, verdicts in said.items()} for how in HOWS}

    def close(self):
        for tap in self._taps.values():
            tap.close()


def _names_in(field):
    """Those of h=, each once."""
    names = re.search(rb";\s*h=([^;]*);", field)[1].decode().split(":")
    return list(dict.fromkeys(name.strip() for name in names))


def unanimous(**passes):
    """What Twins.verdicts gives when all agree: unanimous(relaxed=True, simple=False)."""
    return {how: {name: [passes[how]] for name in JUDGES["rsa-sha256"]} for how in HOWS}
