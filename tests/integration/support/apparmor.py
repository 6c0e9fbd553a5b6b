# SPDX-License-Identifier: ISC
"""The rules of the AppArmor profile, as Debian's compiler makes them, for machines whose kernel has no AppArmor."""

import re
import subprocess

from .servers import REPOSITORY

PROFILE = REPOSITORY / "contrib/apparmor/usr.sbin.signetd"
# Bits of a compiled rule. They are there twice: for the owner of a file, and for everybody else.
BITS = {"x": 0x01, "w": 0x02, "r": 0x04, "k": 0x20, "m": 0x40}
OTHERS = 14
# Of --dump=rule-exprs: the pattern, variables and inclusions resolved; the same for the compiler's next step; bits.
RULE = re.compile(r"^rule: ([(/]\S*)  ->  \S+ \(0x([0-9a-f]+)/", re.MULTILINE)


def parser(servers, *arguments, text=None):
    base = servers.apparmor / "etc/apparmor.d"
    compiler = [servers.apparmor / "sbin/apparmor_parser", "--config-file", "/dev/null", "--base", base]
    return subprocess.run([*compiler, "--skip-kernel-load", "--skip-cache", *arguments], capture_output=True, text=True,
                          input=text)


class Profile:
    """Compiled from this text."""

    def __init__(self, servers, text=None):
        self.text = PROFILE.read_text() if text is None else text
        done = parser(servers, "--dump=rule-exprs", text=self.text)
        dump = done.stdout + done.stderr
        if done.returncode or not RULE.search(dump):
            raise AssertionError(f"apparmor_parser: {done.returncode}\n{dump[-2000:]}")
        self._rules = [(re.compile(pattern), int(bits, 16) >> OTHERS) for pattern, bits in RULE.findall(dump)]

    def grants(self, path, rights):
        """Whoever owns it. A directory's path ends with a slash. Rights may come from several rules."""
        given = 0
        for pattern, bits in self._rules:
            if pattern.fullmatch(path):
                given |= bits
        return all(given & BITS[right] for right in rights)
