# SPDX-License-Identifier: ISC
"""The supervisor and children that misbehave: scripts in the places of the programs."""

import itertools
import os
import pathlib
import signal
import subprocess
import threading

import pytest
from support.actors import Actors, babbling
from support.daemon import Signetd
from support.mta import Connection, is_signed
from support.place import I_AM_ROOT, NOBODY
from support.wait import wait_until


RESOLUTION = 0.01


@pytest.fixture
def actors(as_root, programs, place):
    return Actors(programs, place(None if as_root or not I_AM_ROOT else NOBODY))


@pytest.fixture
def unstarted(as_root, actors, place):
    directory = place(NOBODY if I_AM_ROOT and not as_root else None)
    daemon = Signetd(actors.directory, directory, as_root, settings={"drain_timeout": "3s"})
    yield daemon
    daemon.close()


@pytest.fixture
def daemon(unstarted):
    unstarted.start()
    unstarted.have_key("example.com")
    return unstarted


@pytest.mark.parametrize("role", ["vault", "keeper"])
def test_a_role_that_finds_its_view_damaged_again_and_again_waits_longer_and_longer(daemon, actors, role):
    name = f"signetd-{role}"
    actors.replace(name, "exit 79")
    daemon.kill(role)
    wait_until(lambda: len(actors.starts(name)) >= 6, lambda: f"six starts:\n{daemon.log}")
    starts = actors.starts(name)[:6]
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    # 0.1 0.2 0.4 0.8 1.6 s; or, if the one that was killed had lived for long, 0 0.1 0.2 0.4 0.8
    assert all(gap >= least - RESOLUTION for gap, least in zip(gaps, (0, 0.1, 0.2, 0.4, 0.8), strict=True)), gaps
    actors.restore(name)
    wait_until(daemon.answers, lambda: f"the keeper to be back:\n{daemon.log}")
    wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")


def test_a_program_that_is_not_there_is_named_as_the_cause(daemon, actors):
    (actors.directory / "signetd-vault").unlink()
    daemon.kill("vault")
    daemon.wait_for_log("role=vault .* ended exit=127 .*: its program cannot be run: is signetd wholly installed")
    done = daemon.run_ctl("status", style=())
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        1, "Not all of it is ready: the log says why (journalctl -u signetd).")


def test_a_stop_starts_nobody_any_more(daemon, actors):
    actors.replace("signetd-vault", "exit 1")
    daemon.kill("vault")
    # the next start is at most 1.6 s away, and the open message makes the stop last 3 s
    wait_until(lambda: len(actors.starts("signetd-vault")) >= 5, lambda: f"five starts:\n{daemon.log}")
    actors.replace("signetd-vault", "sleep 60")
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        daemon.ask_to_stop()
        daemon.wait_for_log("stopping signal=15")
        assert daemon.wait_for_exit() == 0
    assert not daemon.log_lines("role=vault.*it did not stop")


def test_a_child_is_ready_once_in_a_life(daemon, actors):
    # type 3 is READY, then the length, the epoch as in the argument epoch=2, and the id
    says_ready = r"for i in {1..50}; do printf '\x03\0\x10\0\x02\0\0\0\0\0\0\0\0\0\0\0' >&3; done; exec $real " '"$@"'
    actors.replace("signetd-milter", says_ready)
    killed = daemon.kill("milter")
    daemon.wait_for_successor("milter", of=killed)
    wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")
    daemon.wait_for_log("role=milter .* ready epoch=2")
    assert len(daemon.log_lines("role=milter .* ready epoch=2")) == 1
    assert daemon.log_lines("frame=dropped") == []


CRASHES_WHEN_READY = r"for a; do case $a in epoch=*) e=$(printf %02x ${a#*=});; esac; done; " \
    r"printf '\x03\0\x10\0\x'$e'\0\0\0\0\0\0\0\0\0\0\0' >&3; kill -SEGV $$"


def test_a_keeper_that_crashes_again_and_again_gets_new_views(daemon, actors):
    """What it crashes on may be a page that it looks at only when it is ready."""
    actors.replace("signetd-keeper", CRASHES_WHEN_READY)
    daemon.kill("keeper")
    for view in ("table", "keyring"):
        daemon.wait_for_log(f"view={view} reset=rebuild")
    actors.restore("signetd-keeper")
    wait_until(daemon.answers, lambda: f"the keeper to be back:\n{daemon.log}")
    wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")


WAITS = "echo \"$@\" >> $0.arguments; while [ ! -e $0.go ]; do sleep 0.01; done; "


def test_a_keeper_that_is_ready_when_it_is_ended_has_not_made_the_view_anew(daemon, actors):
    keeper, vault = actors.directory / "signetd-keeper", actors.directory / "signetd-vault"
    actors.replace(keeper.name, WAITS + "exec $real \"$@\"")
    actors.replace(vault.name, WAITS + "exit 79")
    for program in (keeper, vault):
        daemon.kill(program.name.removeprefix("signetd-"))
        wait_until(lambda program=program: actors.starts(program.name), lambda: f"a start:\n{daemon.log}")
    # both happen before the supervisor looks: the keeper is ready, and the vault finds its view damaged
    os.kill(daemon.pid, signal.SIGSTOP)
    try:
        pathlib.Path(f"{vault}.go").touch()
        wait_until(lambda: not daemon.pids()["vault"], "the vault to be gone")
        pathlib.Path(f"{keeper}.go").touch()
        wait_until(lambda: daemon.run_ctl("key", "list").returncode == 0, "the keeper to be ready")
        actors.restore(vault.name)
    finally:
        os.kill(daemon.pid, signal.SIGCONT)
    daemon.wait_for_log("view=keyring reset=rebuild")
    wait_until(lambda: len(actors.starts(keeper.name)) >= 2, lambda: f"the keeper's next start:\n{daemon.log}")
    arguments = pathlib.Path(f"{keeper}.arguments")
    wait_until(lambda: len(arguments.read_text().splitlines()) > 1, "the arguments of its next start")
    assert "keyring=2" in arguments.read_text().splitlines()[1]
    wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")


def test_a_child_that_cannot_be_watched_does_not_hold_up_the_end(daemon):
    # it has its descriptors, and gets no other
    subprocess.run(daemon._as_its_user(["prlimit", "--pid", daemon.pid, "--nofile=3:3"]), check=True)
    daemon.kill("keeper")
    assert daemon.wait_for_exit() == 1
    daemon.wait_for_log("error: cannot watch signetd-keeper")


def test_wrong_frames_are_complained_of_once_in_a_life(daemon, actors):
    # type 99, of a right length
    babbles = "for a; do case $a in vault=*|supervisor=*) for i in {1..50}; do " \
        r"printf '\x63\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0' >&${a#*=}; done;; esac; done; " 'exec $real "$@"'
    actors.replace("signetd-milter", babbles)
    for life in (1, 2):
        milter = daemon.kill("milter")
        daemon.wait_for_successor("milter", of=milter)
        wait_until(lambda: is_signed(daemon.milter_socket), lambda: f"a signature:\n{daemon.log}")
        for who in ("signetd", "signetd-vault"):
            daemon.wait_for_log(rf"^{who}\[.*frame=dropped .*peer=milter")
            assert len(daemon.log_lines(rf"^{who}\[.*frame=dropped")) <= life, daemon.log


# In its second life; FD is that of the supervisor's channel, and type 5 PONG, which it says unasked.
HANGS_AT_ITS_START = '[[ " $* " != *" epoch=2 "* ]] || while :; do sleep 0.1; done; exec $real "$@"'
GETS_ON_FOR_LONG = r"if [[ ' '$*' ' == *' epoch=2 '* ]]; then for a; do case $a in supervisor=*) fd=${a#*=};; esac; " \
    r"done; while [ ! -e $0.go ]; do printf '\x05\0\x10\0\x02\0\0\0\0\0\0\0\0\0\0\0' >&$fd; sleep 0.1; done; fi; " \
    'exec $real "$@"'


@pytest.mark.parametrize("role", ["vault", "keeper", "milter"])
def test_a_child_that_hangs_before_it_is_ready_is_replaced(unstarted, actors, role):
    unstarted.configure(heartbeat_timeout="2s")
    unstarted.start()
    actors.replace(f"signetd-{role}", HANGS_AT_ITS_START)
    unstarted.kill(role)
    unstarted.wait_for_log(f"role={role} .* killed: not ready, and no sign of life")
    unstarted.wait_for_log(f"role={role} .* ready epoch=3")
    unstarted.create_key("example.com")
    wait_until(lambda: is_signed(unstarted.milter_socket), lambda: f"a signature:\n{unstarted.log}")


def test_a_start_that_says_that_it_gets_on_may_last(unstarted, actors):
    unstarted.configure(heartbeat_timeout="2s")
    unstarted.start()
    actors.replace("signetd-vault", GETS_ON_FOR_LONG)
    unstarted.kill("vault")
    wait_until(lambda: actors.starts("signetd-vault"), lambda: f"a start:\n{unstarted.log}")
    threading.Event().wait(12)  # over five times the timeout; were it shorter, the test would only say less
    (actors.directory / "signetd-vault.go").touch()
    unstarted.wait_for_log("role=vault .* ready epoch=2")
    assert unstarted.log_lines("role=vault .* killed") == []


def test_a_child_that_fills_its_channel_without_pause_is_named_and_hides_no_other(unstarted, actors):
    unstarted.configure(heartbeat_timeout="2s")
    actors.replace("signetd-milter", babbling())
    unstarted.start()
    unstarted.create_key("example.com")
    unstarted.wait_for_log("role=milter instance=0 .* fills its channel without pause")
    stopped = unstarted.kill("vault", signal.SIGSTOP)
    unstarted.wait_for_log(f"role=vault .*pid={stopped} killed: no heartbeat")
    wait_until(lambda: is_signed(unstarted.milter_socket), lambda: f"a signature:\n{unstarted.log}")
    assert len(unstarted.log_lines("without pause")) == 1


def says_nothing(lives):
    """A vault that says READY in its first lives, and nothing else; the one after them is a real one."""
    return f"for e in {{1..{lives}}}; do [[ \" $* \" != *\" epoch=$e \"* ]] || {{ " \
        r"printf '\x03\0\x10\0\x0'$e'\0\0\0\0\0\0\0\0\0\0\0' >&3; exit 1; }; done; exec $real " '"$@"'


def test_a_key_is_made_only_when_the_vault_has_said_which_master_key_it_holds(unstarted, actors):
    actors.replace("signetd-vault", says_nothing(lives=2))
    unstarted.start()
    unstarted.wait_for_log("role=vault .* ready epoch=3")
    unstarted.have_key("example.com")
    unstarted.stop()
    unstarted.replace_master_key(os.urandom(32))
    actors.restore("signetd-vault")
    assert unstarted.fails_to_start() == 78
    unstarted.wait_for_log("master key is not the one")


def test_a_wrong_master_key_is_noticed_of_a_vault_that_was_long_in_coming_too(unstarted, actors):
    unstarted.start()
    unstarted.have_key("example.com")
    unstarted.stop()
    unstarted.replace_master_key(os.urandom(32))
    actors.replace("signetd-vault", says_nothing(lives=4))  # two of them end over the keeper's question
    assert unstarted.fails_to_start() == 78
    unstarted.wait_for_log("did not say which master key it holds")
    unstarted.wait_for_log("master key is not the one")
