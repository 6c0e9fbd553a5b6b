# SPDX-License-Identifier: ISC
"""BIND's named on port 53 of an address: authoritative for zones, or a resolver."""

import os
import re

from .long_running import LongRunning
from .tsig import tsig_key

_COMMON = """
options {{
    directory "{directory}";
    listen-on port 53 {{ {ipv4}; }};
    listen-on-v6 port 53 {{ {ipv6}; }};
    automatic-interface-scan no;
    interface-interval 0;
    pid-file none;
    session-keyfile "{directory}/session.key";
    managed-keys-directory "{directory}";
    empty-zones-enable no;
    notify no;
    check-names primary ignore;
{more}
}};
"""

_AUTHORITATIVE = "    recursion no;\n    minimal-responses no;\n    dnssec-validation no;"

_ZONE = """
zone "{name}" {{
    type primary;
    file "{file}";
    update-policy {{ grant "{owner}" zonesub ANY; grant "{publisher}" zonesub TXT CNAME; }};
}};
"""

_RESOLVER = """    recursion yes;
    allow-recursion { any; };
    lame-ttl 0;
    servfail-ttl 0;
    resolver-query-timeout 5000;
    prefetch 0;
    dnssec-validation {validation};"""

_CONTROL = """
zone "." {{ type hint; file "root.hints"; }};
controls {{ inet {address} port 953 allow {{ any; }} keys {{ "{key}"; }}; }};
"""

_TRUST_ANCHOR = 'trust-anchors {{ "{zone}." static-key {flags} {protocol} {algorithm} "{key}"; }};\n'


def _common(directory, addresses, more):
    """The options of a server that listens on these addresses."""
    ipv4, ipv6 = ("; ".join(one for one in addresses if (":" in one) == is_ipv6) or "none" for is_ipv6 in (False, True))
    return _COMMON.format(directory=directory, ipv4=ipv4, ipv6=ipv6, more=more)


class _Named(LongRunning):
    def __init__(self, package, namespace, directory, configuration):
        libraries = ":".join(map(str, (package / "usr/lib").glob("*-linux-*")))
        super().__init__(namespace, directory, {"LD_LIBRARY_PATH": libraries})
        (directory / "named.conf").write_text(configuration)
        self.argv = [package / "usr/sbin/named", "-g", "-n", "1", "-c", directory / "named.conf"]

    def is_ready(self):
        return bool(re.search(r" running$", self.log, re.MULTILINE))


class Bind(_Named):
    """zones: [ZoneData, ...] (zone.py)."""

    def __init__(self, package, namespace, directory, address, zones):
        configuration = _common(directory, [address], _AUTHORITATIVE)
        keys = {key.name: key.text for zone in zones for key in zone.keys}
        configuration += "controls { };\n" + "".join(keys.values())
        for number, zone in enumerate(zones):
            (directory / f"{number}.zone").write_text(zone.text)
            configuration += _ZONE.format(
                name=zone.name or ".", file=f"{number}.zone", owner=zone.owner_key.name,
                publisher=zone.publisher_key.name)
        super().__init__(package, namespace, directory, configuration)


class BindResolver(_Named):
    """root: name and address of the root's server. Remembers as resolvers do, but never a failure.

    ipv6: another address it listens on. trust_anchors: {zone: the data of its DNSKEY}: it checks DNSSEC in these zones.
    """

    def __init__(self, package, tools, namespace, directory, address, root, ipv6=(), trust_anchors=None):
        self.address, self.endpoint = address, f"{address}@53"
        self._key = tsig_key("rndc-key")
        configuration = _common(directory, [address, *ipv6], _RESOLVER.replace(
            "{validation}", "yes" if trust_anchors else "no"))
        configuration += "".join(_trust_anchor(*anchor) for anchor in (trust_anchors or {}).items())
        configuration += self._key.text + _CONTROL.format(address=address, key=self._key.name)
        (directory / "root.hints").write_text(f". 3600 NS {root[0]}.\n{root[0]}. 3600 A {root[1]}\n")
        super().__init__(package, namespace, directory, configuration)
        key_file = self._key.write(directory / "rndc.key")
        libraries = ":".join(map(str, (tools / "usr/lib").glob("*-linux-*")))
        self._rndc = [tools / "usr/sbin/rndc", "-k", key_file, "-s", address, "-p", "953"]
        self._rndc_environment = {**os.environ, "LD_LIBRARY_PATH": libraries}

    def flush(self):
        """Forget everything."""
        done = self._namespace.run([*self._rndc, "flush"], env=self._rndc_environment)
        if done.returncode:
            raise AssertionError(f"rndc flush: {done.stderr.decode()}\n{self.log}")


def _trust_anchor(zone, data):
    flags, protocol, algorithm, key = data.split(maxsplit=3)
    return _TRUST_ANCHOR.format(zone=zone, flags=flags, protocol=protocol, algorithm=algorithm, key=key.replace(" ", ""))
