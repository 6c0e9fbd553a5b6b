# SPDX-License-Identifier: ISC
"""A copy of the store, made while the daemon runs; a machine that is lost, and what stands there again afterwards."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import threading

import pytest
from support import samples
from support.control import Control
from support.daemon import PROGRAMS
from support.filling import fill
from support.mta import Connection, signed
from support.place import I_AM_ROOT, NOBODY
from support.verify import passes_with
from support.wait import wait_until

YES, NO, COULD_NOT = 0, 1, 2
RECORDS = 100 if os.environ.get("SIGNETD_SANITIZED") else 3_000
LINE = 104  # octets, behind the store


@pytest.fixture(scope="module")
def daemon(signetd):
    daemon = signetd(I_AM_ROOT)
    daemon.create_key("example.com")
    return daemon


@pytest.fixture
def directory(place):
    return place(NOBODY if I_AM_ROOT else None)


def records_of(daemon, key):
    return {record["name"].rstrip("."): record["value"] for record in daemon.ctl("records", key["id"])["records"]}


def signs(daemon, records, sender="alice@example.com"):
    return passes_with(signed(daemon.milter_socket, samples.plain(sender=sender)), records)


@contextlib.contextmanager
def opened(path):
    """The store in a backup, as whoever looks at one by hand opens it."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as store:
        yield store


# ---- the file ----

def test_it_is_private_and_ends_with_its_own_hash(daemon, directory):
    path = directory / "backup"
    said = daemon.ctl("backup", path)

    octets = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    match = re.fullmatch(rb"\nsignetd backup 1 (\d{20}) ([0-9a-f]{64})\n", octets[-LINE:])
    assert int(match[1]) == len(octets) - LINE
    assert match[2].decode() == hashlib.sha256(octets[:-LINE] + octets[-LINE:-65]).hexdigest()
    assert (said["keys"], said["key_sets"], said["is_complete"]) == (1, 1, True)
    assert list(directory.iterdir()) == [path]


def test_it_holds_sealed_keys_and_never_the_master_key(daemon, directory):
    path = directory / "backup"
    done = daemon.run_ctl("backup", path, style=())
    assert done.returncode == YES
    assert "The master key is NOT in it" in done.stdout and str(daemon.master_key) in done.stdout
    assert daemon.master_key.read_bytes() not in path.read_bytes()
    with opened(path) as copy:
        assert copy.execute("SELECT count(*), min(length(sealed)) FROM key_slot").fetchone() == (2, 327)


def test_who_made_it_is_in_the_audit(daemon, directory):
    daemon.ctl("backup", directory / "backup")
    assert daemon.ctl("audit", "--limit", "1")["entries"][0]["action"] == "backup"


def test_a_file_that_is_there_is_replaced_only_when_told(daemon, directory):
    path = directory / "backup"
    path.write_text("something of value")
    done = daemon.run_ctl("backup", path)
    assert (done.returncode, path.read_text()) == (NO, "something of value")
    assert "--force" in done.stderr
    daemon.ctl("backup", "--force", path)
    assert b"signetd backup" in path.read_bytes()
    assert list(directory.iterdir()) == [path]


def test_where_it_cannot_be_written_it_says_so(daemon, directory):
    done = daemon.run_ctl("backup", directory / "missing" / "backup")
    assert done.returncode == COULD_NOT
    assert "No such file or directory" in done.stderr


def test_who_may_only_read_gets_no_copy(signetd, directory):
    if not I_AM_ROOT:
        pytest.skip("needs another uid")
    daemon = signetd(I_AM_ROOT, settings={"control_mode": "0666"})
    done = daemon.run_ctl("backup", directory / "backup", uid=NOBODY)
    assert (done.returncode, list(directory.iterdir())) == (COULD_NOT, [])


# ---- the method ----

@contextlib.contextmanager
def memory_file(octets=b"", seals=0):
    with os.fdopen(os.memfd_create("backup", os.MFD_ALLOW_SEALING), "w+b") as file:
        file.write(octets)
        file.flush()
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, seals)
        yield file


CALL = b'{"method":"org.signetd.control.Backup","parameters":{}}\0'


def begin_backup(control, file):
    control.send_octets(CALL, [file])
    return control.receive_any()


def test_a_file_that_cannot_grow_ends_it_and_the_next_is_made(daemon, directory):
    with Control(daemon.control_socket) as control, memory_file(seals=fcntl.F_SEAL_GROW) as file:
        number = begin_backup(control, file)["parameters"]["number"]
        control.send("Backup", number=number)
        answer = control.receive_any()
        assert answer["error"] == "org.signetd.control.Failed"
        assert "cannot write the copy" in answer["parameters"]["message"]
        control.send("Backup", number=number)
        assert control.receive_any()["error"] == "org.signetd.control.NotFound"
    daemon.ctl("backup", directory / "backup")


def test_only_an_empty_file_that_can_be_read_and_written_will_do(daemon, directory):
    path = directory / "file"
    path.touch()
    reader, writer = os.pipe()
    with Control(daemon.control_socket) as control, memory_file(b"x") as full, open(path, "rb") as unwritable, \
            open(path, "wb") as unreadable, open(path, "a+b") as appending, os.fdopen(reader, "rb"), \
            os.fdopen(writer, "wb") as pipe:
        for file in (full, unwritable, unreadable, appending, pipe):
            answer = begin_backup(control, file)
            assert answer["error"] == "org.signetd.control.InvalidInput", file
            assert answer["parameters"]["field"] == "file"
        control.send("Backup")
        assert "no file came" in control.receive_any()["parameters"]["message"]
    assert path.read_bytes() == b""


def test_a_backup_nobody_asks_for_any_more_makes_room_for_another(daemon):
    with memory_file() as one, memory_file() as other:
        with Control(daemon.control_socket) as control:
            number = begin_backup(control, one)["parameters"]["number"]
        with Control(daemon.control_socket) as control:
            said = begin_backup(control, other)["parameters"]
            assert (said["number"] != number, said["is_complete"]) == (True, False)
            control.send("Backup", number=number)
            assert control.receive_any()["error"] == "org.signetd.control.NotFound"
            said = control.call("Backup", number=said["number"])
            assert said["is_complete"] and said["octets"] == said["of_octets"] > 0
        other.seek(-LINE, os.SEEK_END)
        assert other.read().startswith(b"\nsignetd backup 1 ")


def test_a_keeper_that_dies_over_it_leaves_nothing_behind(signetd, directory):
    daemon = signetd(I_AM_ROOT)
    with memory_file() as file, Control(daemon.control_socket) as control:
        begin_backup(control, file)
        daemon.wait_for_successor("keeper", of=daemon.kill("keeper"))
    daemon.wait_for_answer()
    daemon.ctl("backup", directory / "backup")
    assert [path.name for path in (daemon.state / "store").iterdir() if "signetd.db" not in path.name] == []


def test_a_daemon_that_is_stopped_meanwhile_stops_in_peace(signetd):
    daemon = signetd(I_AM_ROOT)
    with memory_file() as file, Control(daemon.control_socket) as control:
        begin_backup(control, file)
        daemon.stop()


def test_what_changes_meanwhile_is_in_it_or_not_but_never_half(signetd, directory):
    """Keys come and go, and mail is signed, while copies are made; each copy is a store without a fault."""
    daemon = signetd(I_AM_ROOT)
    records = records_of(daemon, daemon.create_key("example.com"))
    daemon.stop()
    fill(daemon, 0, RECORDS)
    daemon.start()
    ended, changes = threading.Event(), []

    def change():
        while not ended.is_set():
            key = daemon.ctl("key", "create", "--domain", "example.net", "--algorithm", "ed25519-sha256")
            daemon.ctl("key", "activate", key["id"], "--without-dns-check")
            daemon.ctl("key", "deactivate", key["id"])
            daemon.ctl("key", "delete", key["id"])
            changes.append(key["id"])

    changer = threading.Thread(target=change)
    changer.start()
    try:
        for number in range(4):
            before = len(changes)
            daemon.ctl("backup", directory / f"backup{number}")
            wait_until(lambda: len(changes) > before, "a change")
            assert signs(daemon, records)
    finally:
        ended.set()
        changer.join()
    assert changes
    for path in directory.iterdir():
        with opened(path) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
            assert copy.execute("SELECT count(*) FROM domain_key WHERE domain LIKE 'd%.example.com'").fetchone()[0] \
                == RECORDS


# ---- restoring ----

def tree_of(state):
    """{path: octets} of all there is."""
    return {str(path.relative_to(state)): path.read_bytes() for path in sorted(state.rglob("*")) if path.is_file()}


def lose_everything(daemon, but=()):
    """The machine is gone; what was kept elsewhere is put back."""
    kept = {name: (daemon.state / name).read_bytes() for name in but}
    owner, mode = daemon.state.stat(), daemon.state.stat().st_mode
    shutil.rmtree(daemon.state)
    daemon.state.mkdir()
    os.chown(daemon.state, owner.st_uid, owner.st_gid)
    daemon.state.chmod(stat.S_IMODE(mode))
    for name, octets in kept.items():
        (daemon.state / name).write_bytes(octets)
        os.chown(daemon.state / name, owner.st_uid, owner.st_gid)
        (daemon.state / name).chmod(0o400)


def test_after_the_loss_of_all_but_the_master_key_the_same_keys_sign(signetd, as_root, directory, names, judges):
    daemon = signetd(as_root)
    keys = [daemon.create_key("example.com", names=names),
            daemon.create_key("example.com", "--algorithm", "ed25519-sha256", names=names)]
    listed = daemon.ctl("key", "list")["keys"]
    daemon.ctl("backup", directory / "backup")
    daemon.create_key("example.net")  # afterwards: it is lost
    daemon.stop()
    lose_everything(daemon, but=["master.key"])

    done = daemon.run_restore(directory / "backup")

    assert done.returncode == YES, done.stderr
    assert "keys=2 active=2 key_sets=2" in done.stderr
    daemon.start()
    assert without_looks(daemon.ctl("key", "list")["keys"]) == without_looks(listed)
    message = signed(daemon.milter_socket, samples.plain())
    for key in keys:
        assert f"s={key['selector']};".encode() in message
    verdicts = judges.dkimpy(message) + judges.opendkim(message)
    assert verdicts and all(verdict.passed for verdict in verdicts), verdicts
    assert daemon.ctl("audit", "--limit", "1")["entries"][0]["action"] == "restore"


def without_looks(keys):
    """What DNS showed is to be looked at again after a restore."""
    for key in keys:
        for verdict in key["dns_status"].values():
            if verdict:
                verdict["checked_at"] = None
    return json.dumps(keys, sort_keys=True)


def test_over_a_store_that_has_gone_on_the_old_keys_sign_again(signetd, directory):
    """The views are of the same daemon and know more changes than the restored store: they are made anew."""
    daemon = signetd(I_AM_ROOT)
    kept = daemon.create_key("example.com")
    records = records_of(daemon, kept)
    daemon.ctl("backup", directory / "backup")
    for domain in ("example.net", "example.org"):
        daemon.create_key(domain)
    daemon.ctl("key", "deactivate", kept["id"])
    daemon.ctl("key", "delete", kept["id"], "--now")
    daemon.stop()

    assert daemon.run_restore(directory / "backup").returncode == YES

    daemon.start()
    assert signs(daemon, records)
    with Connection(daemon.milter_socket) as connection:  # a key of the store that was replaced
        reply = connection.open_message(header=[("From", " a@example.net"), ("Subject", " x")])
        assert (reply or connection.end_message()).inserted == []
    aside, = daemon.state.glob("store.replaced-*")
    with contextlib.closing(sqlite3.connect(aside / "signetd.db")) as old:
        assert old.execute("SELECT count(*) FROM domain_key").fetchone() == (2,)
    with opened(directory / "backup") as copy:
        generation = copy.execute("SELECT generation FROM meta").fetchone()
    with contextlib.closing(sqlite3.connect(f"file:{daemon.state}/store/signetd.db?mode=ro", uri=True)) as store:
        assert store.execute("SELECT generation FROM meta").fetchone() != generation
    assert not (daemon.state / "restoring").exists()


def test_a_damaged_store_is_replaced_too_and_kept(signetd, directory):
    daemon = signetd(I_AM_ROOT)
    records = records_of(daemon, daemon.create_key("example.com"))
    daemon.ctl("backup", directory / "backup")
    daemon.stop()
    (daemon.state / "store" / "signetd.db").write_bytes(b"this is no database" * 1000)
    assert daemon.run_restore(directory / "backup").returncode == YES
    daemon.start()
    assert signs(daemon, records)
    aside, = daemon.state.glob("store.replaced-*")
    assert (aside / "signetd.db").read_bytes().startswith(b"this is no database")


def test_a_backup_of_an_older_schema_is_brought_forward(signetd, directory, daemon):
    path = directory / "backup"
    daemon.ctl("backup", path)
    with_line(path, downgrade)
    other = stopped_copy(signetd, daemon)
    assert other.run_restore(path).returncode == YES
    other.start()
    assert len(other.ctl("key", "list")["keys"]) == 1
    assert other.ctl("vault", "rekey", check=False)["keys"] == 2


def downgrade(path):
    """As the version before the seals, and before retirement, would have made it."""
    with contextlib.closing(sqlite3.connect(path)) as store:
        store.executescript("""
            DROP TRIGGER domain_key_of_retiring;
            DROP TRIGGER domain_key_joins_retiring;
            DROP TRIGGER key_set_retires;
            DROP TRIGGER domain_key_stopped;
            DROP INDEX key_set_retiring;
            ALTER TABLE key_set DROP COLUMN retirement;
            ALTER TABLE key_set DROP COLUMN gone_at;
            ALTER TABLE key_set DROP COLUMN rotation_activated_at;
            ALTER TABLE key_set DROP COLUMN rotation_quiet_since;
            DROP TRIGGER key_slot_updated;
            DROP INDEX key_slot_by_seal;
            ALTER TABLE key_slot DROP COLUMN seal;
            ALTER TABLE meta DROP COLUMN seal;
            ALTER TABLE meta DROP COLUMN previous_check;
            CREATE TRIGGER key_slot_updated AFTER UPDATE OF handle, sealed ON key_slot BEGIN SELECT 1; END;
            PRAGMA user_version = 2;""")


def with_line(path, change):
    """The backup, its store changed by somebody who knows the form."""
    bare = path.with_name("bare.db")
    bare.write_bytes(path.read_bytes()[:-LINE])
    change(bare)
    octets = bare.read_bytes()
    bare.unlink()
    for more in ("-wal", "-shm"):
        path.with_name(f"bare.db{more}").unlink(missing_ok=True)
    head = b"\nsignetd backup 1 %020d " % len(octets)
    path.write_bytes(octets + head + hashlib.sha256(octets + head).hexdigest().encode() + b"\n")


def stopped_copy(signetd, daemon):
    """Another daemon that has the same master key, and has never made a key."""
    other = signetd(I_AM_ROOT)
    other.stop()
    lose_everything(other)
    shutil.copyfile(daemon.master_key, other.master_key)
    owner = daemon.master_key.stat()
    os.chown(other.master_key, owner.st_uid, owner.st_gid)
    other.master_key.chmod(0o400)
    return other


# ---- what is refused, with nothing changed ----

def cut(path):
    path.write_bytes(path.read_bytes()[:-5000])


def cut_by_one(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path):
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)


def flip_hash(path):
    octets = bytearray(path.read_bytes())
    octets[-2] ^= 1
    path.write_bytes(octets)


def longer(path):
    octets = path.read_bytes()
    path.write_bytes(octets[:-LINE] + b"more" + octets[-LINE:])


def empty(path):
    path.write_bytes(b"")


def foreign(path):
    with contextlib.closing(sqlite3.connect(path.with_name("bare"))) as store:
        store.execute("CREATE TABLE theirs (a)")
    shutil.move(path.with_name("bare"), path)


def foreign_with_line(path):
    def change(bare):
        bare.unlink()
        with contextlib.closing(sqlite3.connect(bare)) as store:
            store.execute("CREATE TABLE theirs (a)")
    with_line(path, change)


def newer_schema(path):
    def change(bare):
        with contextlib.closing(sqlite3.connect(bare)) as store:
            store.execute("PRAGMA user_version = 1000")
    with_line(path, change)


def newer_form(path):
    octets = path.read_bytes()
    path.write_bytes(octets[:-LINE] + octets[-LINE:].replace(b"backup 1 ", b"backup 2 "))


def inconsistent(path):
    def change(bare):
        with contextlib.closing(sqlite3.connect(bare)) as store, store:
            store.execute("PRAGMA foreign_keys = OFF")
            store.execute("DELETE FROM key_set")
    with_line(path, change)


REFUSED = {
    cut: "does not end as one does", cut_by_one: "does not end as one does", empty: "does not end as one does",
    flip: "its octets are not those that were written", flip_hash: "its octets are not those that were written",
    longer: "not as long as it says", foreign: "does not end as one does",
    foreign_with_line: "a database of another program", newer_schema: "newer version", newer_form: "does not know",
    inconsistent: "belong to rows that are not there",
}


@pytest.fixture(scope="module")
def stopped(signetd, place):
    """A stopped daemon with a store and views, and a backup of it."""
    daemon = signetd(I_AM_ROOT)
    daemon.create_key("example.com")
    daemon.backup = place(NOBODY if I_AM_ROOT else None) / "backup"
    daemon.ctl("backup", daemon.backup)
    daemon.create_key("example.net")
    daemon.stop()
    return daemon


@pytest.mark.parametrize("spoil", REFUSED, ids=lambda spoil: spoil.__name__)
def test_a_backup_with_a_fault_is_refused_and_nothing_changes(stopped, directory, spoil):
    path = directory / "backup"
    shutil.copy(stopped.backup, path)
    spoil(path)
    before = tree_of(stopped.state)

    done = stopped.run_restore(path)

    assert done.returncode == NO, done
    assert REFUSED[spoil] in done.stderr
    assert "nothing was restored" in done.stderr
    assert tree_of(stopped.state) == before
    assert not list(stopped.state.glob("restoring*")) and not list(stopped.state.glob("store.*"))


@pytest.mark.parametrize("name", ["missing", "directory", "fifo"])
def test_what_is_no_file_is_refused(stopped, directory, name):
    path = directory / name
    if name == "directory":
        path.mkdir()
    elif name == "fifo":
        os.mkfifo(path, 0o644)
    before = tree_of(stopped.state)
    assert stopped.run_restore(path).returncode != YES
    assert tree_of(stopped.state) == before


def test_another_master_key_is_refused_before_anything_changes(stopped, directory):
    right = stopped.master_key.read_bytes()
    stopped.replace_master_key(os.urandom(32))
    before = tree_of(stopped.state)
    try:
        done = stopped.run_restore(stopped.backup)
        assert done.returncode == NO
        assert "the master key is not the one" in done.stderr
        assert tree_of(stopped.state) == before
    finally:
        stopped.replace_master_key(right)


def test_without_the_master_key_none_is_made(signetd, directory, daemon):
    daemon.ctl("backup", directory / "backup")
    other = stopped_copy(signetd, daemon)
    other.master_key.unlink()
    done = other.run_restore(directory / "backup")
    assert done.returncode == NO
    assert "master.key is missing" in done.stderr
    assert not other.master_key.exists()


def test_while_the_daemon_runs_it_is_refused(daemon, directory):
    daemon.ctl("backup", directory / "backup")
    done = daemon.run_restore(directory / "backup")
    assert done.returncode == NO
    assert "another signetd runs" in done.stderr
    assert daemon.answers()


@pytest.mark.parametrize("role", ["vault", "keeper"])
def test_a_restore_that_is_killed_has_changed_nothing(stopped, programs, place, role):
    """By a child that kills the one who started it, and goes on; meanwhile nobody else begins."""
    acting, waits = place(), place(NOBODY if I_AM_ROOT else None) / "waits"
    for name in PROGRAMS:
        (acting / name).symlink_to(programs / name)
    script = acting / f"signetd-{role}"
    script.unlink()
    waits.touch()
    script.write_text(f'#!/bin/bash\nexec >/dev/null 2>&1\nkill -KILL $PPID\nwhile [[ -e {waits} ]]; do sleep 0.02; done\n'
                      f'exec {programs}/signetd-{role} "$@"\n')
    script.chmod(0o755)
    before = tree_of(stopped.state / "store")

    assert stopped.run_restore(stopped.backup, programs=acting).returncode == COULD_NOT
    assert "another signetd runs" in stopped.run_restore(stopped.backup).stderr
    assert tree_of(stopped.state / "store") == before
    waits.unlink()
    wait_until(lambda: "another signetd runs" not in stopped.run_restore(stopped.backup).stderr, "the other's end")

    replaced, = stopped.state.glob("store.replaced-*")
    left, = stopped.state.glob("store.interrupted-*")
    assert tree_of(replaced) == before
    stopped.start()
    assert [key["domain"] for key in stopped.ctl("key", "list")["keys"]] == ["example.com"]
    stopped.stop()
    for path in (left, replaced):
        shutil.rmtree(path)


def test_what_an_interrupted_restore_left_is_kept(stopped, directory):
    """It may be the store that was replaced."""
    left = stopped.state / "restoring"
    left.mkdir(mode=0o700)
    (left / "signetd.db").write_text("whatever it is")
    os.chown(left, stopped.state.stat().st_uid, stopped.state.stat().st_gid)
    path = directory / "backup"
    shutil.copy(stopped.backup, path)
    flip(path)
    assert stopped.run_restore(path).returncode == NO
    kept, = stopped.state.glob("store.interrupted-*")
    assert (kept / "signetd.db").read_text() == "whatever it is"
    shutil.rmtree(kept)
