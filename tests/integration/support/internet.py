# SPDX-License-Identifier: ISC
"""A small Internet, as far as DNS goes: a network of its own in which a resolver asks a root, and the root knows the
zones that a test made. Everything listens on port 53 of a loopback address that nobody else can reach.

    127.0.0.1, ::1            the resolver (BIND)
    127.0.0.2                 the root and some top-level domains (BIND)
    127.0.0.4                 a resolver that checks DNSSEC, if a test makes one
    127.0.1.1, fd53::1:1 …    the servers of the zones, one address each (BIND, Knot, or our own, which can misbehave)

Works for root and for an ordinary user.
"""

import ipaddress
import itertools
import pathlib
import re

from .bind import Bind, BindResolver
from .editing import Editable
from .knot import Knot
from .namespace import Namespace
from .records import delegation, is_within, plain, records
from .scripted import Scripted
from .tsig import tsig_key
from .zone import Authority, Zone, ZoneData

RESOLVER = "127.0.0.1"
ROOT = ("ns.internet", "127.0.0.2")
TOP_LEVEL_DOMAINS = ("com", "example", "net", "org", "test")
VALIDATING_RESOLVER = "127.0.0.4"
_FIRST_ADDRESS = ipaddress.ip_address("127.0.1.1")
_FIRST_IPV6_ADDRESS = ipaddress.ip_address("fd53::1:1")
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


class Internet(Editable):
    """servers: where the unpacked ones are (servers.py); directory: private and empty.

    It can be used in the place of a Resolving (resolving.py): what is published by it goes into the nearest zone, and
    the resolver is made to forget.
    """

    def __init__(self, servers, directory):
        self._servers, self._directory = servers, pathlib.Path(directory)
        self._numbers = itertools.count()
        self._owner_key = tsig_key("owner.internet")
        self._owner_key_file = self._owner_key.write(self._directory / "owner.key")
        configuration = self._directory / "resolv.conf"
        configuration.write_text(f"nameserver {RESOLVER}\noptions timeout:5 attempts:2\n")
        self.namespace = Namespace({"/etc/resolv.conf": configuration}, network=True)
        self._scripted = Scripted(self.namespace, self._place("scripted"))
        try:
            self._add_address(ROOT[1])
            self._zones = self._start_root()
            self.resolver = BindResolver(servers.bind, servers.rndc, self.namespace, self._place("resolver"),
                                         RESOLVER, ROOT, ipv6=["::1"])
            self.resolver.launch()
            self._root.wait_until_ready()
            self.resolver.wait_until_ready()
        except BaseException:
            self.close()
            raise

    # Zones.

    def zone(self, name, published=None, servers=1, kind="bind", negative_ttl=1, ipv6=False):
        """A new zone, delegated from the nearest one above, answering.

        published: {name: value} as in records.py. kind: "bind", "knot", "signed" (by Knot) or "scripted", or a list
        with one for each server. negative_ttl: seconds that a resolver may remember that something is not there. ipv6:
        whether a server has an address of IPv6 in the place of one of IPv4, or a list with one for each.
        """
        kinds = [kind] * servers if isinstance(kind, str) else kind
        families = [ipv6] * len(kinds) if isinstance(ipv6, bool) else ipv6
        addresses = [self.new_address(is_ipv6) for is_ipv6 in families]
        data = self._data(plain(name), addresses, records(published or {}), negative_ttl)
        parent = self.nearest_zone(name)
        made = [_KINDS[kind](self, data, address) for kind, (_, address) in zip(kinds, data.servers)]
        for process, _ in made:
            process.launch()
        parent.delegate(data)
        for process, _ in made:
            process.wait_until_ready()
        key_file = data.publisher_key.write(self._directory / f"{plain(name)}.key")
        self._zones[data.name] = Zone(data, [server for _, server in made], key_file)
        return self._zones[data.name]

    def remove_zone(self, zone):
        """Its servers are gone, and nobody knows it any more, the resolver included."""
        zone.close()
        del self._zones[zone.name]
        self.nearest_zone(zone.name).forget(zone.data)
        self.resolver.flush()

    def nearest_zone(self, name):
        """The one the name is in, or would be."""
        return max((zone for zone in self._zones.values() if is_within(plain(name), zone.name)),
                   key=lambda zone: len(zone.name))

    def change(self, changes):
        """In the zone where it belongs, now, for everybody."""
        name = changes[0].name if hasattr(changes[0], "name") else changes[0].record.name
        self.nearest_zone(name).change(changes)
        self.resolver.flush()

    def validating_resolver(self, trust_anchors):
        """A resolver that checks DNSSEC; trust_anchors: {zone: the data of its DNSKEY}."""
        resolver = BindResolver(self._servers.bind, self._servers.rndc, self.namespace,
                                self._place(f"validating-{next(self._numbers)}"), VALIDATING_RESOLVER, ROOT,
                                trust_anchors=trust_anchors)
        self._add_address(VALIDATING_RESOLVER)
        resolver.start()
        return resolver

    # Programs.

    def run(self, argv, input=b""):
        """Run a program in here: bytes in; a subprocess.CompletedProcess with bytes out."""
        return self.namespace.run(argv, input=input, env=_ENVIRONMENT)

    def start(self, argv, **popen):
        """Start a program in here; a subprocess.Popen."""
        return self.namespace.start(argv, env=_ENVIRONMENT, **popen)

    def dig(self, *arguments, server=RESOLVER):
        """What dig(1) prints."""
        return self.run(["dig", "+tries=1", f"@{server}", *arguments]).stdout.decode(errors="replace")

    def text(self, name):
        """The TXT record there, its strings joined; empty if there is none."""
        answer = self.dig("+short", "TXT", f"{plain(name)}.")
        return "".join(map(_unescaped, re.findall(r'"((?:[^"\\]|\\.)*)"', answer)))

    def on_its_network(self, argv):
        """What starts a program on this network and otherwise where and as whom it would have been."""
        return self.namespace.on_its_network(argv)

    def close(self):
        """End everything in here."""
        self.namespace.close()
        self._scripted.close()

    # Inside.

    def new_address(self, is_ipv6=False):
        """Nobody has it yet."""
        return self._add_address(str((_FIRST_IPV6_ADDRESS if is_ipv6 else _FIRST_ADDRESS) + next(self._numbers)))

    def _add_address(self, address):
        """BIND listens only where an interface has the address. nodad: it has it when the command returns, else soon."""
        length, flags = (128, ["nodad"]) if ":" in address else (32, [])
        done = self.run(["ip", "address", "replace", f"{address}/{length}", "dev", "lo", *flags])
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return address

    def _data(self, name, addresses, published, negative_ttl):
        names = [f"ns{number}.{name}" for number in range(1, len(addresses) + 1)]
        return ZoneData(name, list(zip(names, addresses)), published, negative_ttl, self._owner_key,
                        tsig_key(f"publication.{name}"), tsig_key(f"stranger.{name}"))

    def _start_root(self):
        """The root's server, launched; its zones by their names."""
        delegations = [one for name in TOP_LEVEL_DOMAINS for one in delegation(name, [ROOT])]
        zones = [ZoneData(name, [ROOT], [] if name else delegations, 1, *[self._owner_key] * 3)
                 for name in ("", *TOP_LEVEL_DOMAINS)]
        self._root = Bind(self._servers.bind, self.namespace, self._place("root"), ROOT[1], zones)
        self._root.launch()
        return {data.name: Zone(data, [self._authority(self._root, data, ROOT[1])]) for data in zones}

    def _start_bind(self, data, address):
        process = Bind(self._servers.bind, self.namespace, self._place(address), address, [data])
        return process, self._authority(process, data, address)

    def _start_knot(self, data, address):
        process = Knot(self._servers.knot, self.namespace, self._place(address), address, data)
        return process, self._authority(process, data, address)

    def _start_signed(self, data, address):
        process = Knot(self._servers.knot, self.namespace, self._place(address), address, data, signs=True)
        return process, self._authority(process, data, address)

    def _start_scripted(self, data, address):
        server = self._scripted.server(data, address)
        return server, server

    def _authority(self, process, data, address):
        return Authority(self.namespace, process, data.name, address, self._owner_key_file)

    def _place(self, name):
        place = self._directory / name
        place.mkdir()
        return place


def _unescaped(text):
    return re.sub(r"\\([0-9]{3}|.)", lambda found: chr(int(found[1])) if len(found[1]) == 3 else found[1], text)


_KINDS = {"bind": Internet._start_bind, "knot": Internet._start_knot, "signed": Internet._start_signed,
          "scripted": Internet._start_scripted}
