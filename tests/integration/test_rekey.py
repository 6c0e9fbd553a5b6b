# SPDX-License-Identifier: ISC
"""Another master key takes the place of the present one, while mail is signed, whatever dies meanwhile."""

import contextlib
import os
import re
import signal
import sqlite3

import pytest
from support import samples, secrets
from support.filling import fill
from support.flowing import Service, flowing_mail, flows_on
from support.mta import Connection, signed
from support.place import I_AM_ROOT, NOBODY
from support.verify import passes_with
from support.wait import wait_until

YES, NO = 0, 1
EXIT_CONFIG = 78
RECORDS = 300 if os.environ.get("SIGNETD_SANITIZED") else 2_000  # two keys each: more than a hundred transactions


@pytest.fixture
def daemon(signetd):
    return signetd(I_AM_ROOT)


def make_master(daemon, name="another.key"):
    """Another master key, beside the daemon's own; its path."""
    path = daemon.state / name
    path.write_bytes(os.urandom(32))
    owner = daemon.master_key.stat().st_uid
    os.chown(path, owner, -1)
    path.chmod(0o400)
    return path


def order_rekey(daemon):
    """Stopped, and configured with another master key; its path."""
    daemon.stop()
    path = make_master(daemon)
    daemon.configure(master_key=str(path), previous_master_key=str(daemon.master_key))
    return path


def rekey(daemon):
    """What signetctl vault rekey says at its end, which must be yes."""
    return daemon.ctl("vault", "rekey")


def rows(daemon, sql):
    with contextlib.closing(sqlite3.connect(f"file:{daemon.state}/store/signetd.db?mode=ro", uri=True)) as store:
        return store.execute(sql).fetchall()


def count_left(daemon):
    """Keys that have not been sealed anew, and all keys."""
    return rows(daemon, "SELECT count(*) FILTER (WHERE seal < (SELECT seal FROM meta)), count(*) FROM key_slot")[0]


def opens(master, handle, sealed):
    try:
        secrets.unseal(master, handle, sealed)
    except ValueError:
        return False
    return True


def sealed_with(daemon, master):
    """How many of the keys in the store open with this master key."""
    return sum(opens(master, *row) for row in rows(daemon, "SELECT handle, sealed FROM key_slot"))


def records_of(daemon, key):
    return {record["name"].rstrip("."): record["value"] for record in daemon.ctl("records", key["id"])["records"]}


def signs(daemon, records):
    return passes_with(signed(daemon.milter_socket, samples.plain()), records)


# ---- from the beginning to the end ----

def test_the_new_master_key_alone_is_enough_afterwards(signetd, as_root, names, judges):
    daemon = signetd(as_root)
    key = daemon.create_key("example.com", names=names)
    daemon.create_key("example.com", "--algorithm", "ed25519-sha256")
    records = records_of(daemon, key)
    old = daemon.master_key.read_bytes()
    new = order_rekey(daemon).read_bytes()

    daemon.start()
    said = rekey(daemon)

    assert (said["is_under_way"], said["keys"], said["left"]) == (False, 4, 0)
    daemon.wait_for_log(r"event=rekeyed keys=4: previous_master_key is not needed any more")
    assert (sealed_with(daemon, new), sealed_with(daemon, old)) == (4, 0)
    assert signs(daemon, records)
    daemon.stop()
    daemon.master_key.unlink()
    daemon.configure(previous_master_key=None)
    daemon.start()
    message = signed(daemon.milter_socket, samples.plain())
    assert passes_with(message, records)
    assert all(any(verdict.passed for verdict in verdicts) for verdicts in judges.all(message).values())
    assert signs(daemon, records_of(daemon, daemon.create_key("example.com", "--match", "DomainOnly")))


def test_the_old_master_key_is_of_no_use_afterwards(daemon):
    daemon.create_key("example.com")
    order_rekey(daemon)
    daemon.start()
    rekey(daemon)
    daemon.stop()
    daemon.configure(master_key=None, previous_master_key=None)
    assert daemon.fails_to_start() == EXIT_CONFIG
    daemon.wait_for_log("master key is not the one")


def test_it_is_written_in_the_audit(daemon):
    daemon.create_key("example.com")
    order_rekey(daemon)
    daemon.start()
    rekey(daemon)
    actions = [entry["action"] for entry in daemon.ctl("audit")["entries"]]
    assert actions[:2] == ["vault rekey end", "vault rekey begin"]


def test_a_master_key_that_is_not_needed_any_more_does_no_harm(daemon):
    daemon.create_key("example.com")
    order_rekey(daemon)
    daemon.start()
    rekey(daemon)
    daemon.stop()
    daemon.start()
    assert rekey(daemon)["left"] == 0
    assert [entry["action"] for entry in daemon.ctl("audit")["entries"]].count("vault rekey begin") == 1


# ---- while it is under way ----

@pytest.fixture
def service(signetd, postfix, make_sink):
    """Signs for example.com, behind a Postfix, with many other keys; another master key has been ordered."""
    daemon, sink = signetd(I_AM_ROOT), make_sink()
    records = records_of(daemon, daemon.create_key("example.com"))
    new = order_rekey(daemon)
    configured = dict(master_key=str(new), previous_master_key=str(daemon.master_key))
    fill(daemon, 0, RECORDS, slots=2)
    daemon.start_with = lambda: daemon.configure(**configured)
    daemon.new_master = new
    return Service(daemon, postfix(daemon.postfix_milter, sink=sink), sink, records)


def start_and_interrupt(daemon):
    """The keeper is stopped in the middle of its work; its pid."""
    daemon.launch()
    daemon.wait_for_log(r"event=rekey keys=")
    pid = daemon.kill("keeper", signal.SIGSTOP)
    left, keys = count_left(daemon)
    assert 0 < left <= keys, "it is not in the middle: more RECORDS are needed"
    return pid


def assert_done(service):
    assert rekey(service.daemon)["left"] == 0
    count = len(rows(service.daemon, "SELECT 1 FROM key_slot"))
    assert sealed_with(service.daemon, service.daemon.new_master.read_bytes()) == count


def test_mail_is_signed_and_none_waits_for_another_time(service):
    service.daemon.start()
    with flowing_mail(service, tag="under-way") as mail:
        rekey(service.daemon)
        flows_on(mail)
        assert mail.retries == 0
    assert_done(service)


def test_a_key_that_is_made_meanwhile_is_sealed_with_the_new_one(service):
    pid = start_and_interrupt(service.daemon)
    os.kill(pid, signal.SIGCONT)
    service.daemon.wait_for_answer()
    key = service.daemon.create_key("example.org")
    assert_done(service)
    message = samples.plain(sender="alice@example.org")
    assert passes_with(signed(service.daemon.milter_socket, message), records_of(service.daemon, key))


@pytest.mark.parametrize("who", ["keeper", "vault", "supervisor", "machine"])
def test_whoever_is_killed_it_is_resumed(service, who):
    daemon = service.daemon
    keeper = start_and_interrupt(daemon)
    with flowing_mail(service, tag=f"killed-{who}"):
        if who == "keeper":
            os.kill(keeper, signal.SIGKILL)
            daemon.wait_for_successor("keeper", of=keeper)
        elif who == "vault":
            os.kill(keeper, signal.SIGCONT)
            for _ in range(3):
                daemon.wait_for_successor("vault", of=daemon.kill("vault"))
        elif who == "supervisor":
            os.kill(keeper, signal.SIGCONT)
            os.kill(daemon.pid, signal.SIGKILL)
            daemon.wait_for_exit()
            wait_until(lambda: start_again(daemon), lambda: f"the old children to be gone:\n{daemon.log}")
        else:
            daemon.kill_all()
            daemon.start()
        assert_done(service)
    daemon.stop()
    daemon.configure(previous_master_key=None)
    daemon.start()
    assert signs(daemon, service.records)


def start_again(daemon):
    """Whether it runs: whose supervisor was killed has children that are still finishing their work."""
    daemon.launch()
    return wait_until(lambda: ends_or_answers(daemon), "signetd to answer, or to end") == "answers"


def ends_or_answers(daemon):
    if daemon.has_ended:
        return "ended"
    return "answers" if daemon.answers() else None


# ---- what is refused ----

def test_in_the_middle_both_master_keys_are_needed(service):
    daemon = service.daemon
    start_and_interrupt(daemon)
    daemon.kill_all()
    for settings in ({"previous_master_key": None}, {"master_key": None, "previous_master_key": None},
                     {"previous_master_key": str(make_master(daemon, "a-third.key"))}):
        service.daemon.start_with()
        daemon.configure(**settings)
        left = count_left(daemon)
        assert daemon.fails_to_start() == EXIT_CONFIG, settings
        daemon.wait_for_log("sealed with two master keys.*give both")
        assert count_left(daemon) == left
    service.daemon.start_with()
    daemon.start()
    assert_done(service)


def test_in_the_middle_there_is_a_way_back(service):
    daemon = service.daemon
    start_and_interrupt(daemon)
    daemon.kill_all()
    daemon.configure(master_key=None, previous_master_key=str(daemon.new_master))
    daemon.start()
    assert rekey(daemon)["left"] == 0
    daemon.stop()
    daemon.configure(previous_master_key=None)
    daemon.start()
    assert sealed_with(daemon, daemon.master_key.read_bytes()) == len(rows(daemon, "SELECT 1 FROM key_slot"))
    assert signs(daemon, service.records)


def test_a_previous_master_key_of_something_else_is_refused(daemon):
    daemon.create_key("example.com")
    order_rekey(daemon)
    daemon.configure(previous_master_key=str(make_master(daemon, "a-third.key")))
    assert daemon.fails_to_start() == EXIT_CONFIG
    daemon.wait_for_log("the previous one neither")


def test_a_previous_master_key_that_is_not_there_is_not_made(daemon):
    daemon.create_key("example.com")
    order_rekey(daemon)
    missing = daemon.state / "missing.key"
    daemon.configure(previous_master_key=str(missing))
    assert daemon.fails_to_start() == EXIT_CONFIG
    daemon.wait_for_log(r"missing\.key is missing")
    assert not missing.exists()


# ---- what cannot be opened ----

def spoil_key(daemon, selector):
    path = daemon.state / "store" / "signetd.db"
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE key_slot SET sealed = randomblob(length(sealed)) WHERE selector = ?", [selector])
    for file in path.parent.iterdir():
        os.chown(file, path.stat().st_uid, path.stat().st_gid)


def test_a_key_that_no_master_key_opens_is_named_and_holds_the_old_one_back(daemon):
    good, broken = daemon.create_key("example.com"), daemon.create_key("example.net")
    order_rekey(daemon)
    spoil_key(daemon, broken["selector"])
    daemon.start()

    done = daemon.run_ctl("vault", "rekey", style=())

    assert done.returncode == NO, done
    assert "1 keys can be opened by neither" in done.stdout
    line = daemon.wait_for_log(r"event=rekey key=.*no master key opens it")
    assert f"key={broken['selector']}.example.net" in line
    assert "sk_" not in daemon.log
    assert signs(daemon, records_of(daemon, good))
    daemon.ctl("key", "deactivate", broken["id"])
    daemon.ctl("key", "delete", broken["id"], "--now")
    assert rekey(daemon)["left"] == 0
    daemon.wait_for_log("event=rekeyed keys=2")


def test_a_backup_made_before_the_end_needs_both_as_well(daemon, place):
    records = records_of(daemon, daemon.create_key("example.com"))
    broken = daemon.create_key("example.net")
    order_rekey(daemon)
    spoil_key(daemon, broken["selector"])
    daemon.start()
    assert daemon.run_ctl("vault", "rekey").returncode == NO
    path = place(NOBODY if I_AM_ROOT else None) / "backup"
    daemon.ctl("backup", path)
    daemon.stop()
    both = str(daemon.master_key)

    daemon.configure(previous_master_key=None)
    done = daemon.run_restore(path)
    assert (done.returncode, "two master keys" in done.stderr) == (NO, True), done.stderr
    daemon.configure(previous_master_key=both)
    assert daemon.run_restore(path).returncode == YES

    daemon.start()
    assert signs(daemon, records)
    assert count_left(daemon) == (1, 4)


# ---- without an order ----

def test_without_another_master_key_it_says_what_to_do(daemon):
    done = daemon.run_ctl("vault", "rekey", style=())
    assert done.returncode == NO
    assert re.search(r"previous_master_key = .*\n.*restart signetd", done.stdout)


def test_who_may_not_change_anything_cannot_hurry_it(signetd):
    if not I_AM_ROOT:
        pytest.skip("needs another uid")
    daemon = signetd(I_AM_ROOT, settings={"control_mode": "0666"})
    assert daemon.run_ctl("vault", "rekey", uid=NOBODY).returncode == 2


def test_no_master_key_is_in_the_memory_of_anyone_but_the_vault(daemon):
    if not I_AM_ROOT:
        pytest.skip("reading the memory of processes that are not dumpable needs root")
    daemon.create_key("example.com")
    old = daemon.master_key.read_bytes()
    new = order_rekey(daemon).read_bytes()
    daemon.start()
    rekey(daemon)
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        assert connection.end_message().inserted
    needles = {"old": secrets.forms_of(old), "new": secrets.forms_of(new)}
    pids = daemon.pids()
    assert {pid: found for pid in [daemon.pid, *pids["milter"], *pids["keeper"]]
            if (found := secrets.found_in(pid, needles))} == {}
    assert secrets.found_in(pids["vault"][0], needles) == {"old", "new"}
