# SPDX-License-Identifier: ISC
"""What is wrong is said in words, with file and line or path and the remedy; exit 78; nothing is half-started."""

import contextlib
import os
import pathlib
import pty
import re
import signal
import socket
import subprocess

import pytest
from support.compiled import preloaded
from support.daemon import USERS
from support.journal import Journal
from support.mta import is_signed
from support.place import I_AM_ROOT
from support.wait import wait_until

EXIT_CONFIG = 78
GOOD = """\
state_dir = "{place}/state";
listeners = ( {{ address = "unix:{place}/milter.sock"; }} );
control = {{ address = "unix:{place}/control"; }};
dns = {{ resolvers = [ "127.0.0.1@9" ]; }};
{users}
"""
USERS_LINE = "users = {{ " + " ".join(f"{role} = \"{{{role}}}\";" for role in USERS) + " }};"


class Start:
    """A place with a good configuration, to be spoilt."""

    def __init__(self, programs, directory):
        self.programs, self.directory = programs, directory
        self.file = directory / "signetd.conf"
        self.users = USERS_LINE.format(**USERS) if I_AM_ROOT else ""
        self.configure()

    def configure(self, more="", users=None):
        good = GOOD.format(place=self.directory, users=self.users if users is None else users)
        self.file.write_text(good + more)

    def run(self, *arguments, **options):
        environment = {**os.environ, "SIGNETD_LIBEXEC": str(self.programs), **options.pop("environment", {})}
        options = {"capture_output": True, **options}
        return subprocess.run([self.programs / "signetd", *arguments], text=True, timeout=180, cwd="/", env=environment,
                              **options)

    def refused(self, *expected):
        """It does not start, says each of the expected texts, and leaves nothing behind."""
        done = self.run("-f", "-c", self.file)
        assert done.returncode == EXIT_CONFIG, done.stderr
        assert [text for text in expected if text not in done.stderr] == [], done.stderr
        assert not socket_at(self.directory / "milter.sock")
        assert not socket_at(self.directory / "control")
        return done


def socket_at(path):
    return path.is_socket()


@pytest.fixture
def start(programs, place):
    return Start(programs, place())


WRONG_TEXT = {
    "unknown-name": ("vault_timout = \"5s\";", ":6: ", "vault_timout"),
    "doubled-name": ("state_dir = \"/elsewhere\";", ":6: ", "set twice"),
    "wrong-type": ("vault_timeout = true;", ":6: ", "vault_timeout"),
    "no-unit": ("vault_timeout = \"5\";", ":6: ", "vault_timeout"),
    "out-of-range": ("vault_timeout = \"2h\";", ":6: ", "vault_timeout"),
    "wrong-word": ("canonicalization = \"strict\";", ":6: ", "canonicalization"),
    "host-bits-set": ("trusted_networks = [ \"192.0.2.1/24\" ];", ":6: ", "192.0.2."),
    "host-name": ("trusted_networks = [ \"mail.example.com\" ];", ":6: ", "mail.example.com"),
    "syntax": ("vault_timeout = ;", ":6: "),
    "integer-too-long": ("header_max_fields = 99999999999;", ":6: ", "11 digits"),
}


@pytest.mark.parametrize("case", WRONG_TEXT)
def test_a_wrong_line_is_named_with_file_and_line(start, case):
    line, *expected = WRONG_TEXT[case]
    start.configure(line + "\n")
    start.refused(str(start.file), *expected)
    assert not (start.directory / "state").exists()


WRONG_TOGETHER = {
    "retires-before-the-queue-is-empty": ("rotation = { retire_after = \"3d\"; };", ":6: ", "rotation.retire_after"),
    "round-longer-than-its-period": ("rotation = { every = \"10d\"; };", ":6: ", "rotation.every"),
    "ttl-longer-than-the-retirement": ("provider_zone = { ttl = \"7d\"; };", ":1: ", "rotation.retire_after"),
}


@pytest.mark.parametrize("case", WRONG_TOGETHER)
def test_a_policy_that_does_not_fit_together_is_refused(start, case):
    line, *expected = WRONG_TOGETHER[case]
    start.configure(line + "\n")
    start.refused(str(start.file), *expected)
    assert not (start.directory / "state").exists()


@pytest.mark.parametrize("line, complaint", [
    ("vault_timout = \"5s\";", "vault_timout"), ("rotation = { retire_after = \"3d\"; };", "rotation.retire_after")])
def test_check_says_the_same_and_touches_nothing(start, line, complaint):
    start.configure(f"{line}\n")
    done = start.run("--check", "-c", start.file)
    assert done.returncode == EXIT_CONFIG and complaint in done.stderr
    start.configure()
    assert start.run("--check", "-c", start.file).returncode == 0
    assert sorted(path.name for path in start.directory.iterdir()) == ["signetd.conf"]


def without_origins(dump):
    return re.sub(r"; # .*", ";", dump)


def test_dump_prints_every_setting_and_where_it_comes_from(start):
    start.configure("vault_timeout = \"7s\";\n")
    dump = start.run("--dump", "-c", start.file)
    assert (dump.returncode, dump.stderr) == (0, "")
    assert f"vault_timeout = \"7s\"; # {start.file}:6\n" in dump.stdout
    assert "drain_timeout = \"30s\"; # default\n" in dump.stdout
    assert sorted(path.name for path in start.directory.iterdir()) == ["signetd.conf"]
    start.file.write_text(dump.stdout)
    assert without_origins(start.run("--dump", "-c", start.file).stdout) == without_origins(dump.stdout)


def test_dump_refuses_what_check_refuses(start):
    start.configure("vault_timout = \"5s\";\n")
    dump = start.run("--dump", "-c", start.file)
    assert (dump.returncode, dump.stdout) == (EXIT_CONFIG, "") and "vault_timout" in dump.stderr


def test_a_dump_that_cannot_be_written_is_no_success(start):
    with open("/dev/full", "w") as full:
        done = subprocess.run([start.programs / "signetd", "--dump", "-c", start.file], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=180)
    assert done.returncode == 1 and "cannot print" in done.stderr


def test_a_missing_setting_is_named(start):
    start.file.write_text("control = { address = \"unix:/tmp/x\"; };\n")
    start.refused(str(start.file), "state_dir")


def test_a_configuration_that_cannot_be_read_is_named(start):
    start.file.unlink()
    start.refused(str(start.file), "No such file")
    start.file.mkdir()
    start.refused(str(start.file))


def test_wrong_arguments_show_the_usage(start):
    done = start.run("--nonsense")
    assert done.returncode == 64 and "usage: signetd" in done.stderr
    assert start.run("--help").stdout.startswith("usage: signetd")
    assert start.run("--version").stdout.startswith("signetd ")


def test_a_state_dir_without_a_parent_is_named(start):
    start.file.write_text(start.file.read_text().replace("/state\"", "/no/such/state\""))
    start.refused(f"{start.directory}/no/such/state", "No such file")


def test_a_file_in_the_place_of_a_socket_is_left_alone(start):
    path = start.directory / "milter.sock"
    path.write_text("precious")
    start.refused(str(path), "is no socket")
    assert path.read_text() == "precious"


def test_an_unknown_group_is_named(start):
    start.file.write_text(start.file.read_text().replace("milter.sock\";", "milter.sock\"; group = \"nosuchgroup\";"))
    start.refused("nosuchgroup", "does not exist")


def test_a_missing_directory_of_a_socket_is_named_with_the_remedy(start):
    start.file.write_text(start.file.read_text().replace("/milter.sock", "/missing/milter.sock"))
    start.refused(f"{start.directory}/missing/milter.sock", "No such file or directory: make its directory first")


def test_a_missing_parent_of_state_dir_is_named_with_the_remedy(start):
    start.file.write_text(start.file.read_text().replace("/state", "/missing/state"))
    start.refused(f"{start.directory}/missing/state", "No such file or directory: make its parent first")


def test_a_port_that_somebody_has_is_named_with_the_remedy(start):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as other:
        address = f"inet:127.0.0.1@{other.getsockname()[1]}"
        start.file.write_text(start.file.read_text().replace(f"unix:{start.directory}/milter.sock", address))
        start.refused(address, "stop who has it")


def test_an_address_that_no_interface_has_may_be_had_later(start):
    start.file.write_text(start.file.read_text().replace(f"unix:{start.directory}/milter.sock", "inet:192.0.2.1@8891"))
    done = start.run("-f", "-c", start.file)
    assert done.returncode == 1, "78 would keep systemd from trying again"
    assert "inet:192.0.2.1@8891" in done.stderr and "no interface of this host has it now" in done.stderr


def test_a_socket_path_that_is_too_long_is_named(start):
    start.file.write_text(start.file.read_text().replace("/milter.sock", "/" + "x" * 120))
    start.refused(str(start.file), ":2: ")


@pytest.mark.skipif(not I_AM_ROOT, reason="only root gives the roles users of their own")
@pytest.mark.parametrize(("users", "expected"), [
    ({"vault": "nosuchuser"}, "nosuchuser"),
    ({"vault": USERS["milter"]}, "share uid"),
    ({"milter": "_apt", "vault": "nobody"}, "share gid 65534"),  # as made by adduser --system without --group
    ({"keeper": "0"}, "must not run as root"),
], ids=["unknown", "shared", "shared-group", "root"])
def test_users_that_cannot_keep_the_roles_apart_are_named(start, users, expected):
    start.configure(users=USERS_LINE.format(**{**USERS, **users}))
    checked = start.run("--check", "-c", start.file)
    assert checked.returncode == EXIT_CONFIG and expected in checked.stderr
    start.refused(expected)


# ---- the master key ----

@pytest.fixture
def used(signetd, as_root):
    """A daemon that has a key, stopped."""
    daemon = signetd(as_root)
    daemon.have_key("example.com")
    daemon.stop()
    return daemon


def test_a_lost_master_key_is_not_made_anew(used):
    used.master_key.unlink()
    assert used.fails_to_start() == EXIT_CONFIG
    used.wait_for_log(r"master key .*master\.key is missing.*backup")
    assert not used.master_key.exists()


def test_another_master_key_is_noticed_before_anything_is_served(used):
    used.replace_master_key(os.urandom(32))
    assert used.fails_to_start() == EXIT_CONFIG
    used.wait_for_log("master key is not the one")


def test_another_master_key_is_noticed_where_the_views_have_to_be_made_too(used):
    # the vault is started when the keeper is ready, and may answer when all are
    for attempt in range(3):
        for path in (used.state / "view").glob("*/*.mdb"):
            path.unlink()
        used.replace_master_key(os.urandom(32))
        assert used.fails_to_start() == EXIT_CONFIG, f"at attempt {attempt}"
    used.wait_for_log("master key is not the one")


def test_a_new_master_key_whose_name_might_not_last_is_not_used(start, place):
    library = preloaded("fail_directory_sync", place())
    done = start.run("-f", "-c", start.file, environment={"LD_PRELOAD": str(library)})
    assert done.returncode == 1, done.stderr
    assert "master.key" in done.stderr and "Input/output error" in done.stderr
    assert not (start.directory / "state" / "master.key").exists()


def test_a_damaged_store_is_refused_with_the_remedy(used):
    with (used.state / "store" / "signetd.db").open("r+b") as file:
        file.write(b"no database")
    assert used.fails_to_start() == EXIT_CONFIG
    used.wait_for_log(r"the store is damaged: .*: restore a backup of it \(signetctl restore\)")


def test_a_master_key_of_a_wrong_size_is_refused(used):
    used.replace_master_key(b"short")
    assert used.fails_to_start() == EXIT_CONFIG
    used.wait_for_log("exactly 32 octets: put your copy of it back")


def test_a_master_key_that_others_can_read_is_refused(used):
    used.master_key.chmod(0o444)
    assert used.fails_to_start() == EXIT_CONFIG
    used.wait_for_log("can be read by others")


# ---- two daemons ----

@pytest.fixture
def running(signetd, as_root):
    daemon = signetd(as_root)
    daemon.have_key("example.com")
    return daemon


def test_a_second_daemon_on_the_same_state_is_refused(running, start):
    text = start.file.read_text().replace(f"{start.directory}/state", str(running.state))
    start.file.write_text(text)
    start.refused("another signetd runs on")
    assert is_signed(running.milter_socket)


@pytest.mark.parametrize("name", ["milter_socket", "control_socket"])
def test_a_second_daemon_on_the_same_socket_is_refused(running, start, name):
    path = getattr(running, name)
    start.file.write_text(start.file.read_text().replace(str(start.directory / path.name), str(path)))
    start.refused("another daemon listens on", str(path))
    assert is_signed(running.milter_socket)
    assert running.ctl("status")


def test_sockets_of_a_killed_daemon_are_taken_over(signetd, as_root):
    daemon = signetd(as_root)
    daemon.have_key("example.com")
    daemon.kill_all()
    assert daemon.milter_socket.is_socket()
    daemon.start()
    assert is_signed(daemon.milter_socket)


def test_children_of_a_killed_supervisor_end_by_themselves(running):
    children = [pid for pids in running.pids().values() for pid in pids]
    os.kill(running.pid, signal.SIGKILL)
    running.wait_for_exit()
    wait_until(lambda: not any(pathlib.Path(f"/proc/{pid}/exe").exists() for pid in children),
               lambda: f"the children to end: {children}")
    running.start()
    assert is_signed(running.milter_socket)


def test_a_stray_sigint_stops_it_as_sigterm_does(running):
    os.killpg(os.getpgid(running.pid), signal.SIGINT)
    assert running.wait_for_exit() == 0


def test_closed_standard_descriptors_do_no_harm(start):
    start.configure("nonsense = 1;\n")
    script = 'exec "$@" 0<&- 1>&- 2>&-'
    done = subprocess.run(["bash", "-c", script, "_", start.programs / "signetd", "-f", "-c", start.file], timeout=180)
    assert done.returncode == EXIT_CONFIG


def test_a_warning_is_given_for_what_is_allowed_and_probably_not_meant(start):
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = start.file.read_text().replace(f"unix:{start.directory}/milter.sock", f"inet:127.0.0.1@{port}")
    start.file.write_text(text + "trusted_networks = [ \"0.0.0.0/0\" ];\n")
    done = start.run("--check", "-c", start.file)
    assert done.returncode == 0
    assert "warning" in done.stderr and "inet:" in done.stderr and "0.0.0.0/0" in done.stderr


def on_a_terminal(start, journal):
    """The exit status of a start without -f, and what the terminal shows by then."""
    ours, theirs = pty.openpty()
    with contextlib.closing(journal):
        done = start.run("-c", start.file, environment={"SIGNETD_JOURNAL": str(journal.path)}, stderr=theirs, capture_output=False)
        os.close(theirs)
        shown = read_all(ours)
    return done.returncode, shown, "\n".join(journal.lines(""))


def read_all(terminal):
    octets = b""
    with contextlib.suppress(OSError):  # EIO: the other end is closed
        while piece := os.read(terminal, 4096):
            octets += piece
    os.close(terminal)
    return octets.decode()


def test_a_start_that_fails_says_so_to_the_journal_and_to_whoever_sits_there(start, place):
    start.configure("nonsense = 1;\n")
    code, shown, logged = on_a_terminal(start, Journal(place()))
    assert code == EXIT_CONFIG
    assert "nonsense" in shown and "nonsense" in logged


def test_a_program_that_ends_the_start_says_why_to_whoever_sits_there(start, place):
    store = start.directory / "state" / "store"
    store.mkdir(parents=True)
    store.parent.chmod(0o755)
    (store / "signetd.db").write_bytes(b"no database" * 1000)
    (store.parent / "master.key").write_bytes(os.urandom(32))
    (store.parent / "master.key").chmod(0o400)
    if I_AM_ROOT:
        for path in (store, store / "signetd.db"):
            os.chown(path, int(USERS["keeper"]), int(USERS["keeper"]))
    code, shown, logged = on_a_terminal(start, Journal(place()))
    assert code != 0
    said = [line.partition("error: ")[2] for line in shown.splitlines()
            if line.startswith("signetd-keeper[") and "error: " in line]
    assert said and all(words in logged for words in said), shown
