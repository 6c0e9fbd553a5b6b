# SPDX-License-Identifier: ISC
"""The master key is gone: what docs/master-key.md says to do is done, command by command, and mail is signed again."""

import os
import pathlib
import re
import shlex
import subprocess

import pytest
from support import samples
from support.mta import signed
from support.place import I_AM_ROOT, NOBODY
from support.servers import REPOSITORY
from support.verify import passes_with

EXIT_CONFIG = 78
INSTALLED = "/var/lib/signetd"


def records_of(daemon, key):
    return {record["name"].rstrip("."): record["value"] for record in daemon.ctl("records", key["id"])["records"]}


def test_while_the_daemon_runs_the_file_is_still_there(signetd):
    if not I_AM_ROOT:
        pytest.skip("the supervisor's descriptors are root's to read")
    daemon = signetd(I_AM_ROOT)
    records = records_of(daemon, daemon.create_key("example.com"))
    octets, owner = daemon.master_key.read_bytes(), daemon.master_key.stat()
    daemon.master_key.unlink()

    held, = [fd for fd in pathlib.Path(f"/proc/{daemon.pid}/fd").iterdir() if "master.key" in os.readlink(fd)]
    subprocess.run(["install", "-m", "0400", held, daemon.master_key], check=True)

    assert (daemon.master_key.read_bytes(), daemon.master_key.stat().st_uid) == (octets, owner.st_uid)
    daemon.stop()
    daemon.start()
    assert passes_with(signed(daemon.milter_socket, samples.plain()), records)


class Operator:
    """Types what the page says, where the daemon is installed elsewhere than the page assumes."""

    def __init__(self, daemon, programs, directory):
        self._daemon, self._tools = daemon, directory
        control = f"unix:{daemon.control_socket}"
        (directory / "signetctl").write_text(
            f'#!/bin/sh\nexec {shlex.quote(str(programs))}/signetctl "$@" --control {shlex.quote(control)}\n')
        (directory / "signetctl").chmod(0o755)

    def type(self, commands):
        """systemctl is us. What is printed."""
        commands = commands.replace(INSTALLED, str(self._daemon.state))
        for line in re.findall(r"^systemctl (.*)$", commands, re.MULTILINE):
            assert line == "start signetd.socket signetd.service"
            self._daemon.start()
        commands = re.sub(r"^systemctl .*$", "", commands, flags=re.MULTILINE)
        as_its_user = [] if not I_AM_ROOT else ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        done = subprocess.run([*as_its_user, "bash", "-euc", commands], cwd=self._daemon.state, capture_output=True,
                              text=True, timeout=120, env={**os.environ, "PATH": f"{self._tools}:{os.environ['PATH']}"})
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}\n{self._daemon.log}"
        return done.stdout


def test_without_any_copy_new_keys_are_made_for_every_record(signetd, programs, place, internet, zone):
    """As an ordinary user, who owns all of it."""
    zones = {domain: zone(domain) for domain in ("lost.example", "lost2.example")}
    daemon = signetd(False, settings={"dns": {"resolvers": [internet.resolver.endpoint]}}, internet=internet)
    operator = Operator(daemon, programs, place(NOBODY if I_AM_ROOT else None))
    old = [daemon.create_key("lost.example", "--match", "DomainAndSubdomains"),
           daemon.create_key("lost.example", "--algorithm", "ed25519-sha256", "--test-mode", "on"),
           daemon.create_key("lost2.example", "--org", "other", "--key-size", "3072")]
    daemon.create_key("lost3.example", activate=False)
    daemon.stop()
    daemon.master_key.unlink()
    assert daemon.fails_to_start() == EXIT_CONFIG
    page = (REPOSITORY / "docs" / "master-key.md").read_text()
    put_aside, start_anew, activate = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)

    operator.type(put_aside)
    operator.type(start_anew)

    new = daemon.ctl("key", "list")["keys"]
    assert what_they_are(new) == what_they_are(old)
    assert not {key["selector"] for key in new} & {key["selector"] for key in old}
    printed = (daemon.state / "to-publish").read_text()
    for key in new:
        assert f"{key['selector']}._domainkey.{key['domain']}" in printed
        publish(daemon, key, zones[key["domain"]])

    operator.type(activate)

    assert all(key["is_active"] for key in daemon.ctl("key", "list")["keys"])
    rsa = next(key for key in new if key["domain"] == "lost.example" and key["algorithm"] == "rsa-sha256")
    message = signed(daemon.milter_socket, samples.plain(sender="alice@lost.example"))
    assert message.count(b"DKIM-Signature:") == 2
    assert passes_with(message[message.index(b"DKIM-Signature:"):], {
        **records_of(daemon, rsa), **records_of(daemon, next(key for key in new if key["key_size"] == 256))})
    assert (daemon.state / "store.lost" / "signetd.db").exists()


def what_they_are(keys):
    names = ("org", "domain", "domain_match", "algorithm", "key_size", "publication", "test_mode")
    return sorted(tuple(key[name] for name in names) for key in keys)


def publish(daemon, key, zone):
    for record in daemon.ctl("records", key["id"])["records"]:
        zone.publish(record["name"].rstrip("."), record["value"], record["type"])
