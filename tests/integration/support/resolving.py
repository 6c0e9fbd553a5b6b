# SPDX-License-Identifier: ISC
"""Where foreign verifiers run: a network of its own in which the resolver is our name server and knows only what a test
published. Works for root and for an ordinary user."""

import pathlib
import re

from .namespace import Namespace
from .nameserver import Nameserver

_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


class Resolving:
    """bind: the unpacked BIND package; directory: private and empty."""

    def __init__(self, bind, directory):
        configuration = pathlib.Path(directory, "resolv.conf")
        configuration.write_text("nameserver 127.0.0.1\noptions timeout:5 attempts:2\n")
        self._namespace = Namespace({"/etc/resolv.conf": configuration}, network=True)
        try:
            self.nameserver = Nameserver(bind, pathlib.Path(directory), self._namespace)
        except BaseException:
            self.close()
            raise
        self.publish, self.remove = self.nameserver.publish, self.nameserver.remove

    def run(self, argv, input=b""):
        """Run a program in here: bytes in; a subprocess.CompletedProcess with bytes out."""
        return self._namespace.run(argv, input=input, env=_ENVIRONMENT)

    def start(self, argv, **popen):
        """Start a program in here; a subprocess.Popen."""
        return self._namespace.start(argv, env=_ENVIRONMENT, **popen)

    def text(self, name):
        """The TXT record there, its strings joined; empty if there is none."""
        answer = self.run(["dig", "+short", "+tries=5", "@127.0.0.1", "TXT", f"{name}."]).stdout.decode()
        return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', answer)).replace("\\;", ";")

    def close(self):
        self._namespace.close()
