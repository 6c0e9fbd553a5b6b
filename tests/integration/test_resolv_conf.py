# SPDX-License-Identifier: ISC
"""Without dns.resolvers the system's are asked: those of /etc/resolv.conf, also when it changes."""

import json
import os

import pytest
from support.place import I_AM_ROOT

pytestmark = pytest.mark.skipif(not I_AM_ROOT, reason="another /etc/resolv.conf needs a mount, and that needs root")

NOBODY_THERE = "127.0.0.9"
_COVER = 'mount --bind "$1" /etc/resolv.conf; shift; exec "$@"'


class Covered:
    """The Internet, for a daemon to which /etc/resolv.conf is the file."""

    def __init__(self, internet, file):
        self._internet, self._file = internet, file

    def on_its_network(self, argv):
        return ["unshare", "--mount", "--propagation", "private", "bash", "-ec", _COVER, "-", self._file,
                *self._internet.on_its_network(argv)]


@pytest.fixture
def resolv_conf(place):
    """resolv_conf(address, …): the file, naming these resolvers from now on."""
    file = place() / "resolv.conf"

    def write(*addresses):
        file.write_text("".join(f"nameserver {address}\n" for address in addresses))
        file.chmod(0o644)
        return file
    return write


def codes(daemon, key):
    """Of both slots, by a look of now."""
    done = daemon.run_ctl("key", "check", key["id"])
    assert done.stdout, f"exit {done.returncode}: {done.stderr}\n{daemon.log}"
    return [slot["code"] for slot in json.loads(done.stdout)["slots"]]


def test_the_resolvers_of_the_file_are_asked_also_when_it_changes(signetd, as_root, internet, resolv_conf):
    file = resolv_conf(NOBODY_THERE)
    daemon = signetd(as_root, internet=Covered(internet, file), settings={"dns": {"timeout": "1s"}})
    key = daemon.create_key("system.example", names=internet, activate=False)
    internet.resolver.flush()
    assert codes(daemon, key) == ["unreachable"] * 2
    first, = daemon.pids()["dns"]

    resolv_conf(NOBODY_THERE, "127.0.0.1")

    daemon.wait_for_log("/etc/resolv.conf has changed")
    daemon.wait_for_successor("dns", of=first)
    assert codes(daemon, key) == ["published"] * 2
    assert daemon.log_lines(r"role=dns .*ended exit=0"), "it ended in peace"
    second, = daemon.pids()["dns"]

    resolv_conf(NOBODY_THERE)

    daemon.wait_for_successor("dns", of=second)
    internet.resolver.flush()
    assert codes(daemon, key) == ["unreachable"] * 2


def test_a_file_that_was_written_with_its_old_time_is_another(signetd, as_root, internet, resolv_conf):
    """As by cp -p or rsync -t onto it: of the same size, of the same second."""
    file = resolv_conf(NOBODY_THERE)
    daemon = signetd(as_root, internet=Covered(internet, file), settings={"dns": {"timeout": "1s"}})
    key = daemon.create_key("kept.example", names=internet, activate=False)
    internet.resolver.flush()
    assert codes(daemon, key) == ["unreachable"] * 2
    first, = daemon.pids()["dns"]
    before = file.stat()

    resolv_conf("127.0.0.1")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    daemon.wait_for_successor("dns", of=first)
    assert codes(daemon, key) == ["published"] * 2
