# SPDX-License-Identifier: ISC
"""BIND's named, authoritative for everything, on port 53 of a namespace of its own.

It serves the root zone, so that any name can be published and every other name does not exist.
"""

import os

from .records import strings
from .wait import wait_until

_CONFIGURATION = """
options {{
    directory "{directory}";
    listen-on port 53 {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file none;
    session-keyfile "{directory}/session.key";
    managed-keys-directory "{directory}";
    recursion no;
    dnssec-validation no;
    notify no;
}};
controls {{ }};
zone "." {{ type primary; file "root.zone"; allow-update {{ 127.0.0.1; }}; }};
"""

_ZONE = """
$TTL 60
.            SOA ns.signetd.test. hostmaster.signetd.test. 1 60 60 600 1
.            NS  ns.signetd.test.
ns.signetd.test. A 127.0.0.1
"""


class Nameserver:
    """package: the unpacked BIND; directory: private and empty; namespace: where it shall answer."""

    def __init__(self, package, directory, namespace):
        self._directory, self._namespace = directory, namespace
        (directory / "named.conf").write_text(_CONFIGURATION.format(directory=directory))
        (directory / "root.zone").write_text(_ZONE)
        libraries = ":".join(map(str, (package / "usr/lib").glob("*-linux-*")))
        with open(self._log_file, "wb") as log:
            self._process = namespace.start(
                [package / "usr/sbin/named", "-4", "-g", "-n", "1", "-c", directory / "named.conf"],
                env={**os.environ, "LD_LIBRARY_PATH": libraries}, stdout=log, stderr=log)
        wait_until(self._is_running, lambda: f"named to run:\n{self.log}")

    @property
    def log(self):
        return self._log_file.read_text(errors="replace")

    def publish(self, name, value, kind="TXT"):
        """Make this the one record of its kind at the name. A TXT value is cut into strings of 255 characters."""
        data = strings(value) if kind == "TXT" else value
        self.update(f"update delete {name}. {kind}\nupdate add {name}. 1 {kind} {data}")

    def remove(self, name, kind="TXT"):
        self.update(f"update delete {name}. {kind}")

    def update(self, commands):
        """Change the zone by the language of nsupdate(1)."""
        script = f"server 127.0.0.1\nzone .\n{commands}\nsend\n"
        done = self._namespace.run(["nsupdate"], input=script.encode())
        if done.returncode:
            raise AssertionError(f"nsupdate: {done.stderr.decode()}\n{script}\n{self.log}")

    @property
    def _log_file(self):
        return self._directory / "named.log"

    def _is_running(self):
        if self._process.poll() is not None:
            raise AssertionError(f"named ended:\n{self.log}")
        return self.log.rstrip().endswith("running")
