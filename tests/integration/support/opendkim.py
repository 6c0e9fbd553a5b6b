# SPDX-License-Identifier: ISC
"""A running OpenDKIM (Debian's, unpacked), for what must be the same afterwards. It lives on a network of its own, and
ends with it."""

import socket
import subprocess

from .wait import wait_until


class OpenDKIM:
    """program: its package, unpacked; directory: private; configuration: the text of its opendkim.conf."""

    def __init__(self, program, namespace, directory, configuration):
        self.configuration = directory / "opendkim.conf"
        self.socket = directory / "opendkim.sock"
        self.configuration.write_text(configuration + f"\nSocket local:{self.socket}\n")
        self._process = namespace.start([program / "usr/sbin/opendkim", "-f", "-x", self.configuration],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        wait_until(self._listens, lambda: f"opendkim to listen at {self.socket}")

    def _listens(self):
        if self._process.poll() is not None:
            raise AssertionError(f"opendkim ended: {self._process.stdout.read().decode()}")
        with socket.socket(socket.AF_UNIX) as probe:  # it is there before anybody listens
            return probe.connect_ex(str(self.socket)) == 0

    def close(self):
        """Of its namespace it ends itself."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
