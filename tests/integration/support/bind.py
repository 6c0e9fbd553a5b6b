# SPDX-License-Identifier: ISC
"""BIND's named on port 53 of an address: authoritative for zones, or a resolver."""

import os
import re

from .long_running import LongRunning
from .tsig import tsig_key

_COMMON = """
options {{
    directory "{directory}";
    listen-on port 53 {{ {address}; }};
    listen-on-v6 {{ none; }};
    automatic-interface-scan no;
    interface-interval 0;
    pid-file none;
    session-keyfile "{directory}/session.key";
    managed-keys-directory "{directory}";
    dnssec-validation no;
    empty-zones-enable no;
    notify no;
    check-names primary ignore;
{more}
}};
"""

_AUTHORITATIVE = "    recursion no;\n    minimal-responses no;"

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
    prefetch 0;"""

_CONTROL = """
zone "." {{ type hint; file "root.hints"; }};
controls {{ inet {address} port 953 allow {{ any; }} keys {{ "{key}"; }}; }};
"""


class _Named(LongRunning):
    def __init__(self, package, namespace, directory, configuration):
        libraries = ":".join(map(str, (package / "usr/lib").glob("*-linux-*")))
        super().__init__(namespace, directory, {"LD_LIBRARY_PATH": libraries})
        (directory / "named.conf").write_text(configuration)
        self.argv = [package / "usr/sbin/named", "-4", "-g", "-n", "1", "-c", directory / "named.conf"]

    def is_ready(self):
        return bool(re.search(r" running$", self.log, re.MULTILINE))


class Bind(_Named):
    """zones: [ZoneData, ...] (zone.py)."""

    def __init__(self, package, namespace, directory, address, zones):
        configuration = _COMMON.format(directory=directory, address=address, more=_AUTHORITATIVE)
        keys = {key.name: key.text for zone in zones for key in zone.keys}
        configuration += "controls { };\n" + "".join(keys.values())
        for number, zone in enumerate(zones):
            (directory / f"{number}.zone").write_text(zone.text)
            configuration += _ZONE.format(
                name=zone.name or ".", file=f"{number}.zone", owner=zone.owner_key.name,
                publisher=zone.publisher_key.name)
        super().__init__(package, namespace, directory, configuration)


class BindResolver(_Named):
    """root: the address of the root's server. Remembers as resolvers do, but never a failure."""

    def __init__(self, package, tools, namespace, directory, address, root):
        self.address, self.endpoint = address, f"{address}@53"
        self._key = tsig_key("rndc-key")
        configuration = _COMMON.format(directory=directory, address=address, more=_RESOLVER)
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
