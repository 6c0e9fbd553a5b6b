# SPDX-License-Identifier: ISC
"""Knot DNS on port 53 of an address, authoritative for one zone."""

from .long_running import LongRunning
from .tsig import ALGORITHM

_CONFIGURATION = """
server:
  rundir: "{directory}"
  listen: [ {address}@53 ]
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "{directory}"
  journal-db-max-size: 16M
  kasp-db-max-size: 16M
  timer-db-max-size: 16M
log:
  - target: stderr
    any: info
key:
{keys}
acl:
  - id: owner
    key: "{owner}"
    action: update
  - id: publisher
    key: "{publisher}"
    action: update
    update-type: [ TXT, CNAME ]
zone:
  - domain: "{name}."
    storage: "{directory}"
    file: zone
    acl: [ owner, publisher ]
"""

_SIGNING = """    dnssec-signing: on
    journal-content: all
"""

_KEY = """  - id: "{name}"
    algorithm: {algorithm}
    secret: "{secret}"
"""


class Knot(LongRunning):
    """zone: ZoneData (zone.py); signs: it signs the zone by itself (DNSSEC), and again after each change."""

    def __init__(self, package, namespace, directory, address, zone, signs=False):
        libraries = ":".join(map(str, (package / "usr/lib").glob("*-linux-*")))
        super().__init__(namespace, directory, {"LD_LIBRARY_PATH": libraries})
        (directory / "zone").write_text(zone.text)
        configuration = _CONFIGURATION + _SIGNING * signs
        (directory / "knot.conf").write_text(configuration.format(
            directory=directory, address=address, name=zone.name, owner=zone.owner_key.name,
            publisher=zone.publisher_key.name, keys="".join(
                _KEY.format(name=key.name, algorithm=ALGORITHM, secret=key.secret) for key in zone.keys)))
        self.argv = [package / "usr/sbin/knotd", "-c", directory / "knot.conf"]

    def launch(self):
        (self.directory / "knot.pid").unlink(missing_ok=True)  # of one that was killed
        super().launch()

    def is_ready(self):
        log = self.log
        if " error: " in log:
            raise AssertionError(f"knotd refuses:\n{log}")
        return "server started" in log and ("] loaded, serial" in log or "] DNSSEC, successfully signed" in log)
