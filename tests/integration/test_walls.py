# SPDX-License-Identifier: ISC
"""The walls of the living children: what the kernel says of them, and what they are refused when they try."""

import errno
import os
import pathlib
import platform
import subprocess

import pytest
from support.compiled import program
from support.daemon import USERS
from support.mta import Connection

CAP_SETGID, CAP_SETUID, CAP_KILL = 1 << 6, 1 << 7, 1 << 5
CHILDREN = ("milter", "vault", "keeper", "dns", "http")


@pytest.fixture(scope="module", params=["first-start", "after-restart"])
def daemon(request, as_root, signetd):
    """Whose children have all been killed once, when the supervisor had dropped its capabilities; or not yet."""
    daemon = signetd(as_root, settings={"metrics": True})
    daemon.have_key("example.com")
    if request.param == "after-restart":
        for role in CHILDREN:
            for pid in daemon.pids()[role]:
                os.kill(pid, 9)
            daemon.wait_for_successor(role, of=pid)
        daemon.wait_for_answer()
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        assert len(connection.end_message().inserted) == 1
    return daemon


def status_of(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.fixture(params=CHILDREN)
def child(request, daemon):
    return request.param, daemon.pids()[request.param][0]


def test_a_child_is_confined(child):
    status = status_of(child[1])
    assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
    assert [int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")] == [0, 0, 0, 0]


def test_every_thread_of_a_child_is_confined(child):
    for task in pathlib.Path(f"/proc/{child[1]}/task").iterdir():
        assert "\nSeccomp:\t2\n" in (task / "status").read_text()


def test_a_child_has_its_own_user_and_no_other_group(child, as_root):
    role, pid = child
    status = status_of(pid)
    expected = USERS[role] if as_root else str(status_of(os.getpid())["Uid"].split()[0] if os.geteuid() else 65534)
    assert status["Uid"].split() == [expected] * 4
    assert status["Gid"].split() == [expected] * 4
    assert status["Groups"].split() == []


def test_a_child_is_in_a_process_group_of_its_own(child):
    assert os.getpgid(child[1]) == child[1]


def test_a_child_is_not_dumpable(child):
    # what is not dumpable belongs to root in /proc, whoever runs it
    assert os.stat(f"/proc/{child[1]}/mem").st_uid == 0


def test_the_supervisor_keeps_what_starting_and_stopping_needs(daemon, as_root):
    status = status_of(daemon.pid)
    kept = CAP_SETUID | CAP_SETGID | CAP_KILL if as_root else 0
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == kept
    if as_root:
        assert int(status["CapBnd"], 16) == kept


ALLOWED_FILES = {
    "milter": {"view/table/data.mdb", "view/table/lock.mdb"},
    "vault": {"view/keyring/data.mdb", "view/keyring/lock.mdb"},
    "keeper": {"view/table/data.mdb", "view/table/lock.mdb", "view/keyring/data.mdb", "view/keyring/lock.mdb",
               "store/signetd.db", "store/signetd.db-wal", "store/signetd.db-shm"},
    "dns": set(),
    "http": set(),
}


def test_a_child_has_no_file_open_but_its_own(daemon, child):
    role, pid = child
    opened = [os.readlink(link) for link in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
    files = {os.path.relpath(path, daemon.state) for path in opened if path.startswith("/") and
             not path.startswith(("/dev/", "/memfd:"))}
    assert files <= ALLOWED_FILES[role]
    assert bool(files) == bool(ALLOWED_FILES[role]), "the positive control: its view is open"


# ---- from inside ----

# name, system call and arguments; @text is a string. x86-64.
REFUSED = {
    "socket(AF_INET)": "41 2 1 0",
    "socket(AF_UNIX)": "41 1 2 0",
    "connect": "42 0 @x 16",
    "execve": "59 @/bin/true 0 0",
    "fork": "56 17 0 0 0 0",
    "ptrace": "101 16 {supervisor} 0 0",
    "process_vm_readv": "310 {supervisor} @x 0 @x 0 0",
    "pidfd_open": "434 {supervisor} 0",
    "kill": "62 {supervisor} 0",
    "tgkill": "234 {supervisor} {supervisor} 0",
    "setuid": "105 0",
    "shutdown of a channel": "48 3 2",
    "executable memory": "9 0 4096 5 34 -1 0",
    "bpf": "321 0 0 0",
    "mount": "165 @x @/mnt @tmpfs 0 0",
    "bind": "49 0 @x 16",
}
ALLOWED = {"dns": {"socket(AF_INET)", "connect"}}  # what one role alone may do
OPEN_FOREIGN = {
    "open /etc/passwd": "257 -100 @/etc/passwd 0 0",
    "open for writing": "257 -100 @/tmp/signetd-was-here 65 384",
    "open the master key": "257 -100 @{state}/master.key 0 0",
    "open the other's memory": "257 -100 @/proc/{supervisor}/mem 0 0",
}


@pytest.fixture(scope="module")
def inject(place):
    """inject(pid, {name: call}): {name: result}, the calls made by the process itself."""
    if platform.machine() != "x86_64":
        pytest.skip(f"system calls are put into processes on x86-64 only, and this is {platform.machine()}")
    if os.geteuid() != 0:
        pytest.skip("putting system calls into a process that is not dumpable needs root")
    binary = program("inject", place())

    def run(pid, calls):
        done = subprocess.run([binary, str(pid)], input="".join(f"{call}\n" for call in calls.values()),
                              capture_output=True, text=True, check=True)
        return dict(zip(calls, map(int, done.stdout.split()), strict=True))
    return run


def filled_in(calls, daemon):
    return {name: call.format(supervisor=daemon.pid, state=daemon.state) for name, call in calls.items()}


def test_a_child_is_refused_what_it_must_not_do(daemon, child, inject):
    role, pid = child
    results = inject(pid, {"getpid": "39", **filled_in(REFUSED | OPEN_FOREIGN, daemon)})
    assert results.pop("getpid") == pid, "the positive control"
    done = {name for name, result in results.items() if result not in (-errno.EPERM, -errno.EACCES)}
    assert done == ALLOWED.get(role, set())


def test_a_child_serves_on_after_it_was_refused(daemon, inject):
    for role in CHILDREN:
        inject(daemon.pids()[role][0], {"socket": "41 1 2 0"})
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        assert len(connection.end_message().inserted) == 1
    assert daemon.ctl("status")


def channels_of(pid):
    """{name: descriptor} of what the supervisor gave it."""
    arguments = pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return {name: int(value) for name, _, value in (argument.partition("=") for argument in arguments) if value}


def test_empty_frames_of_a_milter_end_nobody(daemon, inject):
    vault, supervisor = daemon.pids()["vault"], daemon.pid
    milter = daemon.pids()["milter"][0]
    given = channels_of(milter)
    results = inject(milter, {name: f"44 {given[name]} 0 0 0 0 0" for name in ("vault", "supervisor")})
    assert results == {"vault": 0, "supervisor": 0}, "both were sent"
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        assert len(connection.end_message().inserted) == 1
    assert (daemon.pids()["vault"], daemon.pid) == (vault, supervisor)


def test_the_keeper_opens_its_own_files(daemon, inject):
    keeper = daemon.pids()["keeper"][0]
    results = inject(keeper, {"open": f"257 -100 @{daemon.state}/store/signetd.db 0 0"})
    assert results["open"] >= 0
    inject(keeper, {"close": f"3 {results['open']}"})
