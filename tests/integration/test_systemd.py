# SPDX-License-Identifier: ISC
"""signetd as a service of a real systemd: its units, as they are installed (docs/systemd.md)."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import threading

import pytest
from support.mta import Connection
from support.place import I_AM_ROOT
from support.servers import REPOSITORY
from support.systemd import Machine, machine_directory
from support.wait import wait_until

pytestmark = pytest.mark.plain_build

SOCKET = "/run/signetd/milter.sock"
CONFIGURATION = "/usr/local/etc/signetd/signetd.conf"
SETTINGS = """
state_dir = "/var/lib/signetd";
listeners = ( { address = "unix:/run/signetd/milter.sock"; mode = "0660"; group = "mail"; processes = 2; } );
control = { address = "unix:/run/signetd/control"; };
dns = { resolvers = [ "127.0.0.1@9" ]; };
"""
ROLES = ("milter", "vault", "keeper", "dns")
EXPOSURE_MAX = 2.2
DROP_IN = "/etc/systemd/system/signetd.service.d/test.conf"


@pytest.fixture(scope="module")
def machine():
    """One that has booted, with the service and its sockets enabled and running, and with a key for example.com."""
    if not I_AM_ROOT:
        pytest.skip(f"a machine of its own needs root, and these tests run as uid {os.geteuid()}")
    directory = pathlib.Path(machine_directory())
    machine = None
    try:
        machine = Machine(directory, {CONFIGURATION: SETTINGS})
        machine.do("systemd-sysusers")
        machine.do("systemd-tmpfiles", "--create", "signetd.conf")
        machine.do("systemctl", "enable", "signetd.service")
        machine.do("systemctl", "start", "signetd.socket")
        machine.do("systemctl", "start", "signetd.service")
        key = machine.do("signetctl", "key", "create", "--domain", "example.com")
        key = next(word for word in key.split() if word.startswith("dk_"))
        machine.do("signetctl", "key", "activate", key, "--without-dns-check")
        yield machine
    finally:
        if machine is not None:
            machine.close()
        shutil.rmtree(directory)


@pytest.fixture
def service(machine):
    """It runs, and it does so after the test too, by the units as they were installed."""
    machine.do("systemctl", "start", "signetd.service")
    yield machine
    machine.path(CONFIGURATION).write_text(SETTINGS)
    machine.path(DROP_IN).unlink(missing_ok=True)
    machine.do("systemctl", "daemon-reload")
    machine.do("systemctl", "reset-failed")
    machine.do("systemctl", "stop", "signetd.service", "signetd.socket")
    machine.do("systemctl", "start", "signetd.socket")


def is_signed(machine):
    with Connection(machine.inside(SOCKET)) as connection:
        return connection.open_message() is None and len(connection.end_message().inserted) == 1


def is_active(machine):
    return machine.run("systemctl", "is-active", "signetd.service").stdout.strip() == "active"


def wait_until_signed(machine):
    def tried():
        try:
            return is_signed(machine)
        except (OSError, AssertionError):
            return False
    wait_until(tried, lambda: f"a signature:\n{machine.log}")


# ---- the files ----

def test_the_units_are_in_order(machine):
    done = machine.run("systemd-analyze", "verify", "signetd.service", "signetd.socket")
    said = [line for line in (done.stdout + done.stderr).splitlines() if "signetd" in line]
    assert done.returncode == 0 and said == [], said


def test_the_unit_is_exposed_no_more_than_it_must_be(machine):
    said = machine.do("systemd-analyze", "security", "--no-pager", "signetd.service").splitlines()[-1]
    assert "exposure level" in said
    assert float(said.partition(": ")[2].split()[0]) <= EXPOSURE_MAX, said


@pytest.mark.parametrize("unit", ["signetd.service.in", "signetd.socket.in"])
def test_every_directive_is_explained(unit):
    """By a comment right above it, or above the ones it stands with."""
    lines = (REPOSITORY / "systemd" / unit).read_text().splitlines()
    groups = "\n".join(lines).split("\n#")
    assert len(groups) > 10
    explained = set()
    is_below = False
    for line in lines:
        is_below = line.startswith("#") or (is_below and line != "")
        if "=" in line and is_below:
            explained.add(line)
    obvious = ("Description=", "Documentation=", "WantedBy=", "Also=")
    assert [line for line in lines if "=" in line and line not in explained and not line.startswith(obvious)] == []


def test_a_reload_is_signetctl_s(machine):
    assert "/usr/local/bin/signetctl ; argv[]=/usr/local/bin/signetctl reload ;" in machine.show(
        "signetd.service", "ExecReload")


def test_each_role_has_its_user(service):
    assert machine_users(service) == {"supervisor": "root", **{role: f"signetd-{role}" for role in ROLES}}
    for path, owner, mode in (("/var/lib/signetd", "root", "711"), ("/run/signetd", "root", "755")):
        assert service.do("stat", "--format=%U %a", path).split() == [owner, mode]


def machine_users(machine):
    names = {"supervisor": [machine.main_pid()], **machine.children()}
    users = dict(line.split(":")[2::-2] for line in machine.do("getent", "passwd").splitlines())
    return {role: users[str(os.stat(f"/proc/{pids[0]}").st_uid)] for role, pids in names.items()}


# ---- its life ----

def test_it_starts_signs_and_stops(service):
    assert service.show("signetd.service", "StatusText") == "Signing; processes ready: 5 of 5, restarts: 0"
    assert is_signed(service)
    service.do("systemctl", "stop", "signetd.service")
    assert service.show("signetd.service", "Result") == "success"
    assert service.main_pid() is None


def test_it_reloads(service):
    main = service.main_pid()
    service.path(CONFIGURATION).write_text(SETTINGS + 'vault_timeout = "4s";\n')
    service.do("systemctl", "reload", "signetd.service")
    assert service.show("signetd.service", "StatusText") == "Signing; settings version 2"
    assert service.main_pid() == main and is_active(service)
    assert is_signed(service)


def test_a_reload_of_a_wrong_configuration_fails_and_changes_nothing(service):
    main, line = service.main_pid(), len(SETTINGS.splitlines()) + 1
    service.path(CONFIGURATION).write_text(SETTINGS + "vault_timeout = 4;\n")
    assert service.run("systemctl", "reload", "signetd.service").returncode == 1
    complaint = f"{CONFIGURATION}:{line}: vault_timeout: wrong type"
    assert complaint in service.show("signetd.service", "StatusText")
    assert any(entry["MESSAGE"].startswith(f"signetctl: {complaint}")
               for entry in service.journal("--boot", "--lines=20")), service.log
    assert service.main_pid() == main and is_active(service)
    assert is_signed(service)


def test_its_lines_are_in_the_journal(service):
    wait_until_signed(service)
    wait_until(lambda: any(entry["SYSLOG_IDENTIFIER"] == "signetd-milter" and "decision=sign" in entry["MESSAGE"]
                           for entry in service.journal("--boot")), lambda: f"a line of the milter:\n{service.log}")


def send_through(machine, name, count):
    """So many messages, on one connection; each is signed, whatever becomes of the log."""
    with Connection(machine.inside(SOCKET)) as connection:
        for number in range(count):
            assert connection.open_message(queue_id=f"{name}{number}") is None
            assert len(connection.end_message().inserted) == 1


def logged(machine, name):
    """(how many of these messages have a line, how many lines were reported lost since the first of them, in how many
    reports)."""
    lines = [entry["MESSAGE"] for entry in machine.journal("--boot", "--identifier=signetd-milter")]
    own = [number for number, line in enumerate(lines) if f" queue_id={name}" in line]
    later = lines[own[0]:] if own else []
    reports = [int(line.rpartition("=")[2]) for line in later if line.startswith("log dropped=")]
    return len(own), sum(reports), len(reports)


@contextlib.contextmanager
def stopped_journald(machine):
    pid = machine.show("systemd-journald.service", "MainPID")
    machine.do("kill", "-STOP", pid)
    try:
        yield
    finally:
        machine.do("kill", "-CONT", pid)


def test_a_journald_that_stops_for_a_while_disturbs_no_mail_and_loses_no_line_that_fits(service):
    send_through(service, "BEFORE", 1)
    with stopped_journald(service):
        send_through(service, "STALL", 300)
    wait_until(lambda: logged(service, "STALL") == (300, 0, 0), lambda: f"300 lines, not {logged(service, 'STALL')}")


def test_what_a_stopped_journald_has_no_room_for_is_counted_exactly_and_said_once(service):
    with stopped_journald(service):
        send_through(service, "FLOOD", 6000)
    wait_until(lambda: sum(logged(service, "FLOOD")[:2]) == 6000, lambda: f"6000, not {logged(service, 'FLOOD')}")
    assert logged(service, "FLOOD")[1] > 0 and logged(service, "FLOOD")[2] == 1  # of the one milter that had them


def test_a_journald_whose_socket_is_made_anew_gets_what_was_logged_meanwhile(service):
    units = ["systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald.service"]
    main, path = service.main_pid(), service.inside("/run/systemd/journal/socket")
    before = path.stat()
    service.do("systemctl", "stop", *units)
    send_through(service, "AWAY", 300)
    service.do("systemctl", "start", *units)
    assert (path.stat().st_ino, path.stat().st_ctime_ns) != (before.st_ino, before.st_ctime_ns)
    wait_until(lambda: logged(service, "AWAY") == (300, 0, 0), lambda: f"300 lines, not {logged(service, 'AWAY')}")
    assert service.main_pid() == main
    assert [entry for entry in service.journal("--boot") if entry["MESSAGE"].startswith("journal=connected again")]


def test_its_sockets_have_the_mode_and_group_of_the_configuration(service):
    assert service.do("stat", "--format=%G %a", SOCKET).split() == ["mail", "660"]
    assert service.do("stat", "--format=%G %a", "/run/signetd/control").split() == ["root", "660"]


def test_a_connect_before_the_start_is_served(service):
    service.do("systemctl", "stop", "signetd.service")
    assert is_signed(service)
    wait_until(lambda: is_active(service), lambda: f"all of it to be ready:\n{service.log}")


def test_nobody_is_refused_while_it_starts_again(service):
    """One connection after the other, with a message each, all the time."""
    ended, refused, replies = threading.Event(), [], []

    def connect():
        while not ended.is_set():
            try:
                with Connection(service.inside(SOCKET)) as connection:
                    connection.open_message()
                    replies.append(len(connection.end_message().inserted))
            except ConnectionRefusedError as error:
                refused.append(error)
            except (OSError, AssertionError):
                replies.append(None)  # a session that was open may see its end

    thread = threading.Thread(target=connect)
    thread.start()
    try:
        for _ in range(3):
            before = len(replies)
            service.do("systemctl", "restart", "signetd.service")
            wait_until(lambda before=before: 1 in replies[before:], "mail between two restarts")
    finally:
        ended.set()
        thread.join()
    assert refused == []
    assert set(replies) <= {1, None} and replies.count(None) <= 3, replies


@pytest.mark.parametrize("role", ROLES)
def test_a_child_that_dies_is_no_matter_of_systemd_s(service, role):
    main, child = service.main_pid(), service.children()[role][0]
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: child not in service.children().get(role, []) and service.children().get(role),
               lambda: f"a new {role}:\n{service.log}")
    wait_until(lambda: service.show("signetd.service", "StatusText").endswith("5 of 5, restarts: 1"),
               lambda: service.show("signetd.service", "StatusText"))
    assert service.main_pid() == main and is_active(service)
    wait_until_signed(service)


def test_a_supervisor_that_dies_is_started_again(service):
    main = service.main_pid()
    os.kill(main, signal.SIGKILL)
    wait_until(lambda: service.main_pid() not in (None, main) and is_active(service),
               lambda: f"a new supervisor:\n{service.log}")
    assert is_signed(service)


def test_a_supervisor_that_hangs_is_started_again(service):
    service.write(DROP_IN, "[Service]\nWatchdogSec=2s\n")
    service.do("systemctl", "daemon-reload")
    service.do("systemctl", "restart", "signetd.service")
    main = service.main_pid()
    os.kill(main, signal.SIGSTOP)
    wait_until(lambda: service.main_pid() not in (None, main) and is_active(service),
               lambda: f"a new supervisor:\n{service.log}")
    assert "watchdog" in service.log.lower()
    assert is_signed(service)


@pytest.mark.parametrize("wrong, complaint", [
    ("drain_timeout = 5;", "drain_timeout: wrong type"),
    ('master_key = "credential:signetd.master.key";', "there is no credential:signetd.master.key: put it at "),
], ids=["configuration", "no-credential"])
def test_what_only_a_human_mends_is_not_tried_again(service, wrong, complaint):
    service.do("systemctl", "stop", "signetd.service")
    service.path(CONFIGURATION).write_text(SETTINGS + wrong)
    assert service.run("systemctl", "start", "signetd.service").returncode != 0
    assert service.show("signetd.service", "ExecMainStatus") == "78"
    assert service.show("signetd.service", "ActiveState") == "failed"
    assert service.show("signetd.service", "NRestarts") == "0"
    assert any(complaint in entry["MESSAGE"] for entry in service.journal("--boot", "--lines=20")), service.log


def test_without_its_directories_it_says_who_makes_them(service):
    """The unit lets it give nothing away (CAP_CHOWN)."""
    service.do("systemctl", "stop", "signetd.service")
    store = service.path("/var/lib/signetd/store")
    store.rename(store.with_name("away"))
    try:
        assert service.run("systemctl", "start", "signetd.service").returncode != 0
        assert service.show("signetd.service", "ExecMainStatus") == "78"
        assert any("systemd-tmpfiles --create" in entry["MESSAGE"]
                   for entry in service.journal("--boot", "--lines=20")), service.log
        service.do("systemd-tmpfiles", "--create", "signetd.conf")
        assert service.do("stat", "--format=%U %a", "/var/lib/signetd/store").split() == ["signetd-keeper", "700"]
    finally:
        store.rmdir()
        store.with_name("away").rename(store)


def test_mail_does_not_keep_a_wrong_configuration_starting_for_ever(service):
    service.do("systemctl", "stop", "signetd.service")
    service.path(CONFIGURATION).write_text("wrong")
    waiting = Connection.__new__(Connection)
    waiting.connect_only(service.inside(SOCKET))
    wait_until(lambda: service.show("signetd.socket", "Result") == "trigger-limit-hit",
               lambda: f"systemd to give up:\n{service.log}")
    waiting.close()
    service.path(CONFIGURATION).write_text(SETTINGS)
    service.do("systemctl", "start", "signetd.socket", "signetd.service")
    assert is_signed(service)


# ---- credentials ----

MASTER_KEY = "/var/lib/signetd/master.key"
AS_CREDENTIAL = SETTINGS + 'master_key = "credential:signetd.master.key";'


@pytest.fixture
def without_its_master_key(service):
    """The file is put elsewhere while the test runs: the octets, to be given as a credential."""
    file = service.path(MASTER_KEY)
    file.rename(file.with_name("away"))
    service.path(CONFIGURATION).write_text(AS_CREDENTIAL)
    yield file.with_name("away").read_bytes()
    assert not file.exists(), "another one was made"
    file.with_name("away").rename(file)
    shutil.rmtree(service.path("/etc/credstore"), ignore_errors=True)


def restart_and_sign(machine):
    machine.do("systemctl", "daemon-reload")
    machine.do("systemctl", "restart", "signetd.service")
    assert is_signed(machine)


def put_in(machine, path, octets):
    machine.path(path).parent.mkdir(mode=0o700, exist_ok=True)
    machine.path(path).write_bytes(octets)
    machine.path(path).chmod(0o400)


def test_the_master_key_from_the_credential_store(service, without_its_master_key):
    put_in(service, "/etc/credstore/signetd.master.key", without_its_master_key)
    restart_and_sign(service)
    child = service.children()["vault"][0]
    os.kill(child, signal.SIGKILL)  # the next one gets it too
    wait_until_signed(service)


def test_the_master_key_from_an_encrypted_file(service, without_its_master_key):
    put_in(service, "/root/master.key", without_its_master_key)
    service.do("systemd-creds", "encrypt", "--name=signetd.master.key", "/root/master.key", "/etc/signetd.master.cred")
    service.path("/root/master.key").unlink()
    assert without_its_master_key not in service.path("/etc/signetd.master.cred").read_bytes()
    service.write(DROP_IN, "[Service]\nLoadCredential=\nLoadCredentialEncrypted=signetd.master.key:"
                           "/etc/signetd.master.cred\n")
    restart_and_sign(service)


# ---- mail ----

def test_a_real_postfix_has_its_mail_signed_where_a_chrooted_one_finds_the_socket(service, postfix, sink):
    """As docs/systemd.md says it, but for the group: this Postfix has its users to itself."""
    service.do("install", "-d", "-m", "0755", "/var/spool/postfix/signetd")
    elsewhere = SETTINGS.replace("/run/signetd/milter", "/var/spool/postfix/signetd/milter").replace("0660", "0666")
    service.path(CONFIGURATION).write_text(elsewhere)
    drop_in = "/etc/systemd/system/signetd.socket.d/test.conf"
    service.write(drop_in, "[Socket]\nListenStream=\nListenStream=/var/spool/postfix/signetd/milter.sock\n"
                           "ListenStream=/run/signetd/control\n")
    try:
        service.do("systemctl", "daemon-reload")
        service.do("systemctl", "stop", "signetd.service", "signetd.socket")
        service.do("systemctl", "start", "signetd.socket")
        service.do("systemctl", "start", "signetd.service")
        server = postfix(f"unix:{service.path('/var/spool/postfix/signetd/milter.sock')}", sink=sink)
        server.submit_smtp(b"From: alice@example.com\r\nTo: bob@example.net\r\nSubject: systemd\r\n\r\nHello\r\n")
        signature, = sink.wait_for("bob@example.net").fields("DKIM-Signature")
        assert b"d=example.com" in signature
    finally:
        service.path(drop_in).unlink()


def test_without_the_socket_unit_it_opens_its_own(service):
    service.do("systemctl", "stop", "signetd.service", "signetd.socket")
    service.do("systemctl", "start", "signetd.service")
    assert is_signed(service)
    service.do("systemctl", "stop", "signetd.service")
    assert not service.inside(SOCKET).exists()


def test_a_stray_hangup_does_no_harm(service):
    main = service.main_pid()
    os.kill(main, signal.SIGHUP)
    assert is_signed(service)
    assert service.main_pid() == main


def test_the_machine_boots_with_it_and_without_a_network(machine):
    links = machine.do("ip", "-oneline", "link").splitlines()
    assert len(links) == 1 and ": lo: " in links[0]
    machine.power_off()
    machine.boot()
    assert is_active(machine)
    assert is_signed(machine)
