# SPDX-License-Identifier: ISC
"""The real servers, unpacked and never installed (scripts/unpack-servers)."""

import os
import pathlib
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


class Servers:
    """Where they are; unpacks them at the first use on a machine."""

    def __init__(self):
        cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        self.directory = pathlib.Path(
            os.environ.get("SIGNETD_TEST_SERVERS") or pathlib.Path(cache) / "signetd-tests" / "servers").resolve()
        done = subprocess.run([REPOSITORY / "scripts/unpack-servers", self.directory],
                              capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"the test servers cannot be unpacked: {done.stderr}")
        self.postfix = self.directory / "postfix"
        self.sendmail = self.directory / "sendmail"
        self.bind = self.directory / "bind"
        self.knot = self.directory / "knot"
        self.rndc = self.directory / "rndc"
        self.opendkim = self.directory / "opendkim"
        self.sasl = self.directory / "sasl"
        self.apparmor = self.directory / "apparmor"
