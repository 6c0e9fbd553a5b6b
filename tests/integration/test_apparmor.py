# SPDX-License-Identifier: ISC
"""The AppArmor profile, compiled, held against what a running daemon asks of the kernel (docs/selinux-apparmor.md)."""

import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest
from support.apparmor import PROFILE, Profile, parser
from support.mta import Connection
from support.place import I_AM_ROOT
from support.servers import REPOSITORY
from support.strace import STRACE, Trace
from support.systemd import Machine, machine_directory
from support.wait import wait_until

SOCKET = "/run/signetd/milter.sock"
CONFIGURATION = "/usr/local/etc/signetd/signetd.conf"
SETTINGS = """
state_dir = "/var/lib/signetd";
listeners = ( { address = "unix:/run/signetd/milter.sock"; mode = "0660"; group = "mail"; processes = 2; } );
control = { address = "unix:/run/signetd/control"; };
dns = { resolvers = [ "127.0.0.1@9" ]; };
metrics = { address = "unix:/run/signetd/metrics"; };
"""
# The prefix that the tests install it under, and the directory of a backup, as docs/selinux-apparmor.md says.
LOCAL = "  /usr/local/etc/signetd/{,**} r,\n  /root/backup* rw,\n}\n"
CAPABILITIES = re.findall(r"^  capability (\w+),$", PROFILE.read_text(), re.MULTILINE)
BOUNDED = "--property=CapabilityBoundingSet=" + " ".join(f"CAP_{name.upper()}" for name in CAPABILITIES)
ROLES = {"milter", "vault", "keeper", "dns", "http"}


@pytest.fixture(scope="module")
def profile(servers):
    """With what the tests' prefix needs in its local part."""
    return Profile(servers, PROFILE.read_text().rpartition("}")[0] + LOCAL)


# ---- the text ----

def test_the_profile_compiles(servers):
    done = parser(servers, PROFILE)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    broken = PROFILE.read_text().replace("capability chown,", "capability chowns,")
    assert (parser(servers, text=PROFILE.read_text()).returncode, parser(servers, text=broken).returncode) == (0, 1)


@pytest.mark.parametrize("path, rights", [
    ("/usr/sbin/signetd", "mr"), ("/usr/local/sbin/signetd", "mr"),
    *((f"/usr/libexec/signetd/signetd-{role}", "rx") for role in sorted(ROLES)),
    ("/etc/signetd/signetd.conf", "r"), ("/run/systemd/notify", "w"), ("/run/systemd/journal/socket", "w"),
    ("/run/credentials/signetd.service/signetd.master.key", "r"),
    ("/var/spool/postfix/signetd/milter.sock", "rw"),
])
def test_the_profile_lets_in_what_is_needed(servers, path, rights):
    assert Profile(servers).grants(path, rights)


def test_the_profile_lets_in_the_paths_of_the_sample(servers):
    sample = (REPOSITORY / "conf/signetd.conf").read_text()
    paths = re.findall(r'^\t?\w+ = "(?:unix:)?(/[^"]+)";', sample, re.MULTILINE)
    assert len(paths) == 3
    profile = Profile(servers)
    for path in paths:
        assert profile.grants(path + ("/" if path == "/var/lib/signetd" else ""), "rw"), path


@pytest.mark.parametrize("path", ["/etc/shadow", "/bin/sh", "/var/spool/postfix/active/x", "/home/user/.ssh/id_rsa",
                                  "/usr/bin/signetctl", "/var/lib/other/x"])
def test_the_profile_lets_in_nothing_else(servers, path):
    assert not any(Profile(servers).grants(path, right) for right in "rwx")


def test_it_has_the_capabilities_of_the_unit_and_one_to_start_without_it():
    unit = (REPOSITORY / "systemd/signetd.service.in").read_text()
    granted = re.search(r"^CapabilityBoundingSet=(.*)$", unit, re.MULTILINE)[1].split()
    assert set(CAPABILITIES) == {name.removeprefix("CAP_").lower() for name in granted} | {"chown"}


# ---- what a daemon asks for ----

def live(machine):
    """All that happens in a life: by the unit; then what root does by hand, with the profile's capabilities."""
    machine.do("systemctl", "start", "signetd.service")
    key = machine.do("signetctl", "key", "create", "--domain", "example.com")
    key = next(word for word in key.split() if word.startswith("dk_"))
    machine.do("signetctl", "key", "activate", key, "--without-dns-check")
    sign(machine)
    machine.run("signetctl", "key", "check", key)  # of nobody: there is no name server
    machine.do("signetctl", "reload")
    os.kill(machine.children()["vault"][0], signal.SIGKILL)
    wait_until(lambda: machine.show("signetd.service", "StatusText").endswith("restarts: 1"),
               lambda: machine.show("signetd.service", "StatusText"))
    machine.do("signetctl", "backup", "/root/backup")
    machine.do("systemctl", "restart", "signetd.service")
    sign(machine)
    machine.do("systemctl", "stop", "signetd.service", "signetd.socket")
    machine.do("systemd-run", BOUNDED, "--pipe", "--wait", "signetctl", "restore", "/root/backup")
    machine.do("systemctl", "start", "signetd.service")  # without its sockets: it makes its own
    sign(machine)
    machine.do("systemctl", "stop", "signetd.service")
    machine.path("/var/lib/signetd").rename(machine.path("/var/lib/away"))  # and its directories
    machine.do("systemd-run", BOUNDED, "--unit=by-hand", "--property=Type=notify", "/usr/local/sbin/signetd")
    machine.do("signetctl", "status")
    machine.do("systemctl", "stop", "by-hand.service")


def sign(machine):
    with Connection(machine.inside(SOCKET)) as connection:
        assert connection.open_message() is None and len(connection.end_message().inserted) == 1


@pytest.fixture(scope="module")
def trace(servers):
    """What strace saw of it, attached to the systemd that starts all of it."""
    if not I_AM_ROOT:
        pytest.skip(f"a machine of its own needs root, and these tests run as uid {os.geteuid()}")
    directory = pathlib.Path(machine_directory())
    machine = tracer = None
    try:
        machine = Machine(directory, {CONFIGURATION: SETTINGS})
        machine.do("systemd-sysusers")
        machine.do("systemd-tmpfiles", "--create", "signetd.conf")
        machine.path("/trace").mkdir()
        tracer = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "nsenter", f"--target={machine.first}", "--all",
                                   *STRACE, "--output=/trace/trace", "--attach=1"], stderr=subprocess.PIPE)
        machine.do("systemctl", "start", "signetd.socket")
        wait_until(lambda: list(machine.path("/trace").glob("trace.*")), "strace at work")
        live(machine)
        tracer.terminate()
        tracer.wait(timeout=60)
        yield Trace(machine.path("/trace"), ("/usr/local/sbin/signetd",)), machine
    finally:
        if tracer is not None:
            tracer.kill()
            tracer.wait()
        if machine is not None:
            machine.close()
        shutil.rmtree(directory)


def test_all_its_programs_were_seen_at_work(trace):
    seen, _ = trace
    assert {path.rpartition("-")[2] for path in seen.executed} == ROLES
    for path, right in (("/var/lib/signetd/store/signetd.db", "w"), ("/var/lib/signetd/view/table/lock.mdb", "w"),
                        ("/var/lib/signetd/lock", "k"), ("/var/lib/signetd/restoring", "w"), (SOCKET, "w"),
                        ("/run/systemd/notify", "w"), ("/usr/local/libexec/signetd/signetd-vault", "x")):
        assert (path, right) in seen.wants, path


def test_the_profile_grants_all_that_a_daemon_asks_for(trace, profile):
    seen, machine = trace
    assert refused(seen, machine, profile) == set()


@pytest.mark.parametrize("rule", ["/var/lib/signetd/** rwk", "@{run}/signetd/* rw", "@{run}/systemd/notify w",
                                  "include <abstractions/base>"])
def test_a_rule_less_would_be_noticed(servers, trace, profile, rule):
    seen, machine = trace
    assert rule in profile.text
    less = profile.text.replace(f"  {rule},\n", "").replace(f"  {rule}\n", "")
    assert less != profile.text and refused(seen, machine, Profile(servers, less))


def test_its_sockets_are_of_the_families_of_the_profile(trace):
    seen, _ = trace
    text = PROFILE.read_text()
    assert "AF_UNIX" in seen.families
    assert {family for family in seen.families
            if f"network {family.removeprefix('AF_').lower()}" not in text} <= {"AF_NETLINK"}


def refused(seen, machine, profile):
    """What lies on no file system, as memfds and pipes do, AppArmor does not look at."""
    return {(path, right) for path, right in seen.wants
            if path.startswith("/") and not path.startswith("/memfd:")
            and not profile.grants(as_apparmor_sees(machine, path), right)}


def as_apparmor_sees(machine, path):
    """With a slash behind a directory's name."""
    path = path.removesuffix(" (deleted)")
    return f"{path}/" if machine.path(path).is_dir() or path.endswith("/restoring") else path
