# SPDX-License-Identifier: ISC
"""The configuration is read again while mail flows: everybody uses the new one, or everybody the old one."""

import os
import re
import signal
import socket
import subprocess

import pytest
from support.actors import WAITS, Actors, misbehaving_at
from support.daemon import Signetd
from support.flowing import Service, flowing_mail, flows_on
from support.mta import Connection
from support.place import I_AM_ROOT, NOBODY
from support.wait import PATIENCE, wait_until

USUAL = [("From", " alice@example.com"), ("Subject", " Hello")]
ORGANIZATION = {"name": "acme", "logins": ["alice"]}


@pytest.fixture
def daemon(as_root, signetd):
    daemon = signetd(as_root)
    daemon.have_key("example.com")
    return daemon


def reload(daemon, **settings):
    """With other settings; the version that is in use now."""
    daemon.configure(**settings)
    return daemon.ctl("reload")["settings_version"]


def refusal(daemon):
    """What signetctl reload says, which must be no."""
    done = daemon.run_ctl("reload", style=())
    assert (done.returncode, done.stdout) == (1, ""), done
    return done.stderr


def versions(daemon):
    """That in use, and those of the children; a child that is not ready has none."""
    status = daemon.ctl("status", check=False)
    return {status["settings"]["version"],
            *(child["settings_version"] if child["is_ready"] else None for child in status["children"])}


def line_of(daemon, queue_id, header=None, sender="<alice@example.com>", body=b"Hello\r\n", **macros):
    """Of a message that is sent now: {field: value} of its one line in the log, and the milter's reply."""
    with Connection(daemon.milter_socket) as connection:
        return finished(daemon, connection, queue_id, connection.open_message(
            sender=sender, header=header or USUAL, body=body, queue_id=queue_id, macros=macros))


def finished(daemon, connection, queue_id, reply=None):
    reply = reply or connection.end_message()
    line = daemon.wait_for_log(f"{queue_id}:? .*decision=")
    return dict(re.findall(r"(\w+)=(\S+)", line)), reply


# ---- what a reload changes, and what it leaves ----

def test_the_next_message_goes_by_the_new_settings(daemon):
    assert line_of(daemon, "OLD")[0]["org"] == "main"

    assert reload(daemon, organizations=[ORGANIZATION]) == 2

    fields, _ = line_of(daemon, "NEW", **{"{auth_authen}": "alice", "{auth_type}": "PLAIN"})
    assert (fields["org"], fields["settings"]) == ("acme", "2")
    assert versions(daemon) == {2}
    assert daemon.log_lines(r"reloaded .*signetd\.conf settings=2")


def test_signetctl_says_yes_in_words(daemon):
    done = daemon.run_ctl("reload", style=())
    assert (done.returncode, done.stdout, done.stderr) == (0, "Reloaded: settings version 2.\n", "")
    said = daemon.run_ctl("status", style=()).stdout
    assert re.search(r"^settings version 2, loaded \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", said, re.MULTILINE), said


def test_a_hangup_does_the_same_without_an_answer(daemon):
    daemon.configure(trusted_networks=["192.0.2.0/24"])
    os.kill(daemon.pid, signal.SIGHUP)
    daemon.wait_for_log("reloaded .*settings=2")
    assert line_of(daemon, "HANGUP")[0]["reason"] == "not-ours"


def test_a_message_finishes_by_the_settings_of_its_beginning(daemon):
    """Also one whose connection stays, and the next on it goes by the new ones."""
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message(queue_id="BEGUN") is None

        reload(daemon, canonicalization="simple/simple", header_max_fields=20, trusted_networks=["192.0.2.0/24"])

        fields, reply = finished(daemon, connection, "BEGUN")
        assert (fields["decision"], fields["settings"]) == ("sign", "1")
        assert b"c=relaxed/relaxed" in reply.inserted[0][1]
        reply = connection.open_message(queue_id="AFTER")
        fields, _ = finished(daemon, connection, "AFTER", reply)
        assert (fields["reason"], fields["settings"]) == ("not-ours", "2")


def test_what_is_written_into_a_message_is_of_its_beginning(signetd, as_root):
    def of(address):
        return [{"name": "main", "sender_header": address}]
    daemon = signetd(as_root, settings={"organizations": of("old@esp.example")})
    daemon.have_key("example.com")
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message(queue_id="BEGUN") is None
        for number in range(3):  # the settings of its beginning are not even the last ones
            reload(daemon, organizations=of(f"new{number}@esp.example"))
        assert ("Sender", b" old@esp.example") in finished(daemon, connection, "BEGUN")[1].inserted
        assert connection.open_message(queue_id="AFTER") is None
        assert ("Sender", b" new2@esp.example") in finished(daemon, connection, "AFTER")[1].inserted


def test_a_smaller_limit_of_the_header_is_that_of_the_next_message(daemon):
    long = [*USUAL, *[("X-Filler", f" {i}") for i in range(30)]]
    assert line_of(daemon, "FITS", long)[0]["decision"] == "sign"
    reload(daemon, header_max_fields=20)
    assert line_of(daemon, "LARGE", long)[0]["reason"] == "header-too-large"
    reload(daemon, header_max_fields=50)
    assert line_of(daemon, "AGAIN", long)[0]["decision"] == "sign"


def test_a_larger_limit_lets_larger_fields_in(signetd, as_root):
    """libmilter has a limit of its own, for one field."""
    daemon = signetd(as_root, settings={"header_max_bytes": "8KiB"})
    daemon.have_key("example.com")
    large = [*USUAL, ("X-Large", " " + "x" * 20000)]
    reload(daemon, header_max_bytes="64KiB")
    assert line_of(daemon, "LARGE", large)[0]["decision"] == "sign"


# ---- what is refused ----

def test_a_broken_file_keeps_the_old_settings_and_says_where(daemon):
    daemon.configure(trusted_networks=["192.0.2.0/24"], vault_timeout="soon")
    place = daemon.place_of("vault_timeout")

    said = refusal(daemon)

    assert said.startswith(f"signetctl: {place}: "), said
    daemon.wait_for_log(f"reload refused, settings=1 stay in use: {re.escape(place)}: ")
    assert line_of(daemon, "KEPT")[0]["decision"] == "sign"
    assert versions(daemon) == {1}


def test_what_takes_a_restart_is_named_and_refused(daemon):
    daemon.configure(map_size="1GiB", trusted_networks=["192.0.2.0/24"])
    assert refusal(daemon) == (f"signetctl: {daemon.place_of('map_size')}: map_size has changed, which takes a "
                               "restart; restart, or change it back\n")
    assert line_of(daemon, "KEPT")[0]["decision"] == "sign"


def test_a_rotation_by_which_mail_would_lose_its_key_is_refused(daemon):
    daemon.configure(rotation={"retire_after": "1d"})
    said = refusal(daemon)
    assert "signetd.conf" in said and "rotation.retire_after" in said, said
    assert versions(daemon) == {1}


def test_a_refused_hangup_is_in_the_log(daemon):
    daemon.configure(map_size="1GiB")
    os.kill(daemon.pid, signal.SIGHUP)
    daemon.wait_for_log("reload refused, settings=1 stay in use: .*map_size")


def test_only_who_may_change_may_reload(signetd):
    daemon = signetd(settings={"control_mode": "0666"})
    done = daemon.run_ctl("reload", uid=61099, style=())
    assert done.returncode == 2, done
    assert versions(daemon) == {1}


# ---- children that do not do as they should ----

@pytest.fixture
def actors(as_root, programs, place):
    return Actors(programs, place(None if as_root or not I_AM_ROOT else NOBODY))


@pytest.fixture
def unstarted(as_root, actors, place):
    """A daemon of which scripts can be a part."""
    daemon = Signetd(actors.directory, place(NOBODY if I_AM_ROOT and not as_root else None), as_root)
    yield daemon
    daemon.close()


@pytest.fixture
def with_actors(unstarted):
    """with_actors(): it runs."""
    def start():
        unstarted.start()
        unstarted.have_key("example.com")
        return unstarted
    return start


def test_a_hangup_during_the_start_is_done_after_it(actors, unstarted):
    actors.replace("signetd-milter", WAITS)
    unstarted.launch()
    wait_until(lambda: actors.starts("signetd-milter"), lambda: f"a start:\n{unstarted.log}")
    os.kill(unstarted.pid, signal.SIGHUP)
    (actors.directory / "signetd-milter.go").touch()
    unstarted.wait_for_log("reloaded .*settings=2")
    assert unstarted.log.index("ready version=") < unstarted.log.index("reloaded ")


def all_come_to(daemon, version):
    wait_until(lambda: versions(daemon) == {version}, lambda: f"version {version} everywhere:\n{daemon.log}")


@pytest.mark.parametrize(("step", "act", "said"), [
    ("SETTINGS", "die", None),
    ("SETTINGS_SWAP", "die", None),
    ("SETTINGS_SWAP", "refuse", "role=dns .*cannot change to settings=2: starting it again"),
    ("SETTINGS_SWAP", "say nothing", "role=dns .*has not changed to settings=2: starting it again"),
])
def test_whoever_does_not_take_part_to_the_end_begins_again_with_the_new_settings(actors, with_actors, step, act, said):
    actors.replace("signetd-dns", misbehaving_at(step, act))
    daemon = with_actors()

    assert reload(daemon, trusted_networks=["192.0.2.0/24"]) == 2

    all_come_to(daemon, 2)
    daemon.wait_for_log("role=dns .*ready epoch=2")
    assert not said or daemon.log_lines(said), daemon.log
    assert line_of(daemon, "AFTER")[0]["reason"] == "not-ours"


def test_an_order_to_end_that_a_life_has_left_unread_is_not_for_the_next_one(actors, unstarted):
    actors.replace("signetd-dns", misbehaving_at("SETTINGS", "hang after it"))
    unstarted.configure(heartbeat_timeout="1s")
    unstarted.start()

    assert reload(unstarted, dns={"resolvers": ["127.0.0.9"]}) == 2  # signetd-dns is to end, and is killed in the end

    unstarted.wait_for_log("role=dns .*ready epoch=2")
    all_come_to(unstarted, 2)
    assert unstarted.log_lines("role=dns .* ended exit=") == []


@pytest.mark.parametrize(("act", "code", "said"), [
    ("refuse", 1, "signetctl: not with me\n"),
    ("say nothing", 2, "signetctl: signetd-dns (instance 0) has not answered within 5 s: try again\n"),
])
def test_one_who_does_not_agree_keeps_the_old_settings_for_all(actors, with_actors, act, code, said):
    actors.replace("signetd-dns", misbehaving_at("SETTINGS", act))
    daemon = with_actors()
    daemon.configure(trusted_networks=["192.0.2.0/24"])

    done = daemon.run_ctl("reload", style=())

    assert (done.returncode, done.stderr) == (code, said)
    assert versions(daemon) == {1}
    assert line_of(daemon, "KEPT")[0]["decision"] == "sign"
    misbehaving, = [child["pid"] for child in daemon.ctl("status")["children"] if child["role"] == "dns"]
    os.kill(misbehaving, signal.SIGKILL)
    daemon.wait_for_log("role=dns .*ready epoch=2")
    assert reload(daemon) == 2


@pytest.mark.parametrize("role", ["dns", "milter"])
def test_settings_that_kill_who_reads_them_are_refused(actors, with_actors, role):
    actors.replace(f"signetd-{role}", misbehaving_at("SETTINGS", "crash", lives="*"))
    daemon = with_actors()
    daemon.configure(trusted_networks=["192.0.2.0/24"])

    said = refusal(daemon)

    assert said == (f"signetctl: signetd-{role} has died 2 times while it got ready to use this: see the log\n")
    assert daemon.log_lines(f"reload refused, settings=1 stay in use: signetd-{role} has died")
    wait_until(lambda: versions(daemon) == {1}, lambda: f"all to be back:\n{daemon.log}")
    # nor is a view suspected
    assert daemon.log_lines("reset=") == []


@pytest.mark.parametrize("role", ["milter", "vault", "keeper"])
def test_a_child_that_was_started_before_a_reload_and_is_ready_after_it_catches_up(actors, with_actors, role):
    daemon = with_actors()
    name = f"signetd-{role}"
    actors.replace(name, WAITS)
    killed = daemon.kill(role)
    wait_until(lambda: actors.starts(name), lambda: f"a start:\n{daemon.log}")
    assert killed not in daemon.pids()[role]
    daemon.configure(trusted_networks=["192.0.2.0/24"])
    os.kill(daemon.pid, signal.SIGHUP)
    daemon.wait_for_log("reloaded .*settings=2")

    (actors.directory / f"{name}.go").touch()

    daemon.wait_for_log(f"role={role} .*ready epoch=2")
    all_come_to(daemon, 2)
    for number in range(8):  # whichever milter takes it
        assert line_of(daemon, f"AFTER{number}")[0]["reason"] == "not-ours"


@pytest.mark.parametrize("role", ["milter", "vault", "dns"])
def test_a_child_killed_while_a_reload_waits_for_another_does_not_hold_it_up(daemon, role):
    daemon.configure(trusted_networks=["192.0.2.0/24"])
    with daemon.frozen("vault" if role != "vault" else "dns"):
        asking = daemon.start_ctl("reload", stdout=subprocess.PIPE)
        daemon.wait_for_log("reading .*signetd.conf again")
        killed = daemon.kill(role)
        daemon.wait_for_successor(role, of=killed)
        daemon.wait_for_log(f"role={role} .*ready epoch=2")
    assert asking.communicate(timeout=PATIENCE)[0] == "Reloaded: settings version 2.\n", daemon.log
    all_come_to(daemon, 2)


def test_a_keeper_killed_in_a_reload_leaves_it_done_and_its_caller_without_an_answer(daemon):
    daemon.configure(trusted_networks=["192.0.2.0/24"])
    mark = daemon.log_mark
    with daemon.frozen("vault"):
        asking = daemon.start_ctl("reload", stderr=subprocess.PIPE)
        daemon.wait_for_log("reading .*signetd.conf again")
        killed = daemon.kill("keeper")
        daemon.wait_for_successor("keeper", of=killed)
    assert asking.wait(PATIENCE) == 2
    daemon.wait_for_log("reloaded .*settings=2", since=mark)
    all_come_to(daemon, 2)


def test_a_vault_that_is_stopped_makes_no_reload_and_no_harm(daemon):
    daemon.configure(trusted_networks=["192.0.2.0/24"])
    with daemon.frozen("vault"):
        done = daemon.run_ctl("reload", style=())
        assert (done.returncode, done.stderr) == (
            2, "signetctl: signetd-vault (instance 0) has not answered within 5 s: try again\n")
    assert line_of(daemon, "KEPT")[0]["decision"] == "sign"
    assert versions(daemon) == {1}
    assert reload(daemon) == 2
    assert line_of(daemon, "AFTER")[0]["reason"] == "not-ours"


def test_a_child_killed_and_killed_again_while_settings_change_has_the_last_ones(daemon):
    for number in range(2, 8):
        killed = daemon.kill(("milter", "vault", "keeper", "dns")[number % 4])
        daemon.configure(header_max_fields=100 + number)
        os.kill(daemon.pid, signal.SIGHUP)
        daemon.wait_for_log(f"reloaded .*settings={number}")
        wait_until(lambda killed=killed: killed not in sum(daemon.pids().values(), []), "it to be dead")
    all_come_to(daemon, 7)


# ---- several who ask ----

def test_who_asks_while_a_reload_is_under_way_is_answered_by_the_next_one(daemon):
    with daemon.frozen("vault"):
        first = daemon.start_ctl("reload", stdout=subprocess.PIPE)
        daemon.wait_for_log("reading .*signetd.conf again")
        daemon.configure(trusted_networks=["192.0.2.0/24"])
        others = [daemon.start_ctl("reload", stdout=subprocess.PIPE) for _ in range(3)]
        os.kill(daemon.pid, signal.SIGHUP)
        wait_until(lambda: len(control_peers(daemon)) >= 4, "all to have asked")
    said = [one.communicate(timeout=PATIENCE)[0] for one in (first, *others)]
    assert said[0] == "Reloaded: settings version 2.\n"
    assert len(set(said)) >= 2, said
    assert line_of(daemon, "AFTER")[0]["reason"] == "not-ours"


def test_who_waits_for_a_reload_when_the_daemon_stops_is_told_so(daemon):
    daemon.configure(trusted_networks=["192.0.2.0/24"])
    with daemon.frozen("vault"):
        first = daemon.start_ctl("reload", stderr=subprocess.PIPE)
        daemon.wait_for_log("reading .*signetd.conf again")
        others = [daemon.start_ctl("reload", stderr=subprocess.PIPE) for _ in range(3)]
        wait_until(lambda: len(control_peers(daemon)) >= 4, "all to have asked")
        daemon.ask_to_stop()
        said = [(one.communicate(timeout=PATIENCE)[1], one.returncode) for one in (first, *others)]
    assert said == [("signetctl: the daemon is being stopped; it reads its configuration when it starts\n", 2)] * 4
    assert daemon.wait_for_exit() == 0
    assert daemon.log_lines("reload refused, settings=1 stay in use: the daemon is being stopped")


def control_peers(daemon):
    """The connections at the control socket."""
    lines = open("/proc/net/unix").read().splitlines()
    return [line for line in lines if line.endswith(str(daemon.control_socket)) and line.split()[5] == "03"]


# ---- the key of the provider zone ----

@pytest.fixture
def with_zone(as_root, signetd, place):
    """A daemon with a provider zone, and the file of its key."""
    file = place() / "tsig.key"
    file.write_text(A_KEY.format("one"))
    file.chmod(0o644)
    daemon = signetd(as_root, settings={"provider_zone": {
        "name": "keys.example", "server": "127.0.0.9", "tsig_key_file": str(file)}})
    return daemon, file


A_KEY = 'key "{}" {{ algorithm hmac-sha256; secret "YWJj"; }};\n'


def test_a_file_that_is_no_key_is_refused_before_anybody_changes_anything(with_zone):
    daemon, file = with_zone
    before = daemon.pids()["dns"]
    file.write_text("no key at all\n")
    said = refusal(daemon)
    assert said.startswith(f"signetctl: {daemon.place_of('provider_zone')}: tsig_key_file: no key"), said
    file.unlink()
    said = refusal(daemon)
    assert said.startswith(f"signetctl: {daemon.place_of('provider_zone')}: cannot open tsig_key_file {file}"), said
    assert (versions(daemon), daemon.pids()["dns"]) == ({1}, before)


def test_another_key_in_the_same_file_starts_signetd_dns_again(with_zone):
    daemon, file = with_zone
    before, = daemon.pids()["dns"]
    assert reload(daemon) == 2
    assert daemon.pids()["dns"] == [before]  # nothing of its own has changed
    file.write_text(A_KEY.format("another"))
    assert reload(daemon) == 3
    daemon.wait_for_successor("dns", of=before)
    all_come_to(daemon, 3)


# ---- systemd ----

def test_systemd_is_told_the_beginning_and_the_end(as_root, signetd, place):
    directory = place()
    directory.chmod(0o777)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.bind(str(directory / "notify"))
        (directory / "notify").chmod(0o777)
        notices.settimeout(PATIENCE)
        daemon = signetd(as_root, environment={"NOTIFY_SOCKET": str(directory / "notify")})
        assert b"READY=1" in wait_for_notice(notices, b"READY=1")

        reload(daemon)
        begin = wait_for_notice(notices, b"RELOADING=1")
        assert re.search(rb"^MONOTONIC_USEC=\d+$", begin, re.MULTILINE), begin
        assert b"STATUS=Signing; settings version 2" in wait_for_notice(notices, b"READY=1")

        daemon.configure(map_size="1GiB")
        refusal(daemon)
        wait_for_notice(notices, b"RELOADING=1")
        assert b"the last reload was refused: " in wait_for_notice(notices, b"READY=1")


def wait_for_notice(notices, text):
    """The next with this text; others may come between."""
    while text not in (notice := notices.recv(4096)):
        pass
    return notice


# ---- while mail flows ----

@pytest.fixture(scope="module")
def service(as_root, signetd, postfix, make_sink):
    daemon, sink = signetd(as_root), make_sink()
    key = daemon.have_key("example.com")
    records = {record["name"].rstrip("."): record["value"] for record in daemon.ctl("records", key["id"])["records"]}
    return Service(daemon, postfix(daemon.postfix_milter, sink=sink), sink, records)


def test_thirty_reloads_lose_no_mail_and_let_none_leave_unsigned(service):
    daemon = service.daemon
    with flowing_mail(service, tag="reloads") as mail:
        for number in range(2, 32):
            mark = daemon.log_mark
            assert reload(daemon, canonicalization=CANONICALIZATIONS[number % 4]) == number
            daemon.wait_for_log(f"message queue_id=.* settings={number} ", since=mark)
        flows_on(mail)
    assert mail.retries == 0
    seen = {tuple(re.search(rb"c=(\w+)/(\w+)", arrival.fields("DKIM-Signature")[0]).groups())
            for arrival in service.sink.arrivals}
    assert len(seen) == 4


CANONICALIZATIONS = ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed")


def test_reloads_leave_no_descriptor_behind(service):
    daemon = service.daemon

    def descriptors():
        return {pid: len(os.listdir(f"/proc/{pid}/fd"))
                for pid in [daemon.pid, *(pid for role in ("vault", "keeper", "dns") for pid in daemon.pids()[role])]}
    reload(daemon)
    before = descriptors()
    for _ in range(10):
        reload(daemon)
        daemon.configure(map_size="1GiB")
        refusal(daemon)
        daemon.configure(map_size=None)
    # the keeper may still have had the connection of the call before
    wait_until(lambda: all(count <= before[pid] for pid, count in descriptors().items()),
               lambda: f"the descriptors of {before}, not {descriptors()}")
