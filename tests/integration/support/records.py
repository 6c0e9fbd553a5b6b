# SPDX-License-Identifier: ISC
"""DNS records as the tests write them, and as name servers read them.

Names are absolute; a final dot may be there. A value is text: data in the presentation format, except for TXT, where
it is what the record says. As a list it is the very strings of a TXT record, whatever their number and length.
"""

from dataclasses import dataclass

TTL = 1  # seconds; short, so that a resolver's memory is in a test's way only if it asked for that
DELEGATION_TTL = 3600

_STRING_MAX = 255  # octets (RFC 1035 §3.3)


@dataclass(frozen=True)
class Record:
    name: str  # without the final dot; the root is ""
    ttl: int
    kind: str
    data: str

    @property
    def line(self):
        """As it stands in a zone file whose origin is the root, and behind "update add"."""
        return f"{self.name}. {self.ttl} {self.kind} {self.data}"


def record(name, value, kind="TXT", ttl=TTL):
    return Record(plain(name), ttl, kind, strings(value) if kind == "TXT" else value)


def records(published, ttl=TTL):
    """Of {name: value}, where a value is a TXT record, (kind, value), or a list of such pairs."""
    return [record(name, value, kind, ttl) for name, values in published.items() for kind, value in _pairs(values)]


def plain(name):
    """The name without its final dot."""
    return name.rstrip(".")


def is_within(name, zone):
    """Whether the name is the zone's own or below it."""
    return not zone or name.lower() == zone.lower() or name.lower().endswith("." + zone.lower())


def strings(value):
    """The data of a TXT record, quoted: of text, cut into strings of 255 octets; of a list of strings, those."""
    parts = value if isinstance(value, list) else _cut(_octets(value))
    return " ".join('"' + "".join(map(_escaped, _octets(part))) + '"' for part in parts)


def infrastructure(zone, servers, negative_ttl):
    """SOA, NS and addresses of a zone. servers: [(name, address), ...]."""
    authority = f"{servers[0][0]}. hostmaster.internet. 1 3600 3600 86400 {negative_ttl}"
    return [Record(zone, negative_ttl, "SOA", authority), *delegation(zone, servers), *glue(servers, zone)]


def delegation(zone, servers):
    """What makes a zone known to the one above, without addresses."""
    return [Record(zone, DELEGATION_TTL, "NS", f"{name}.") for name, _ in servers]


def glue(servers, zone):
    """The addresses of those servers whose names are in the zone."""
    return [Record(server, DELEGATION_TTL, address_kind(address), address)
            for server, address in servers if is_within(server, zone)]


def address_kind(address):
    return "AAAA" if ":" in address else "A"


def _pairs(values):
    if isinstance(values, str):
        return [("TXT", values)]
    return [values] if isinstance(values, tuple) else values


def _octets(value):
    return value.encode() if isinstance(value, str) else value


def _cut(octets):
    return [octets[start:start + _STRING_MAX] for start in range(0, len(octets), _STRING_MAX)] or [b""]


def _escaped(octet):
    character = chr(octet)
    if character in '"\\':
        return "\\" + character
    return character if 32 <= octet < 127 else f"\\{octet:03d}"
