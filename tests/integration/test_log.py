# SPDX-License-Identifier: ISC
"""The log: it is never waited for, what it loses is counted, and what comes very often does not fill it. Each message
has its line."""

import concurrent.futures
import itertools
import os
import re

import pytest
from support.journal import Journal
from support.metrics import samples
from support.mta import Connection
from support.place import I_AM_ROOT
from support.servers import REPOSITORY
from support.torture import Wire, client, negotiation, packet
from support.wait import wait_until

SANITIZED = "SIGNETD_SANITIZED" in os.environ
MESSAGES = 500 if SANITIZED else 4000  # more than the ring and the socket's buffer hold
STRANGER = 61099
AS_ROOT = pytest.mark.skipif(not I_AM_ROOT, reason="only root can start a daemon with a user per role")

_numbers = itertools.count(1)


@pytest.fixture
def journal(place):
    journal = Journal(place())
    yield journal
    journal.close()


@pytest.fixture
def daemon(signetd, journal):
    daemon = signetd(journal=journal, settings={"metrics": True})
    daemon.have_key("example.com")
    return daemon


def send(daemon, count):
    """So many messages, on one connection; each is signed."""
    with Connection(daemon.milter_socket) as connection:
        for _ in range(count):
            assert connection.open_message(queue_id=f"LOG{next(_numbers)}") is None
            assert len(connection.end_message().inserted) == 1


def test_the_journal_has_each_line_in_fields(daemon, journal):
    send(daemon, 1)
    line = journal.wait_for(r"^signetd-milter: message queue_id=LOG\d+ decision=sign reason=signed ")
    [entry] = [entry for entry in journal.entries if line.endswith(entry["MESSAGE"])]
    assert (entry["PRIORITY"], entry["SYSLOG_FACILITY"]) == ("6", "2")
    journal.wait_for("^signetd: ready ")
    assert daemon.log == ""


def test_a_journal_that_does_not_read_disturbs_no_mail_and_hears_once_what_it_missed(daemon, journal):
    send(daemon, 1)
    journal.wait_for("queue_id=LOG")
    before = len(journal.lines(" message queue_id="))
    journal.stop_reading()
    send(daemon, MESSAGES)
    lost = counted(daemon)  # while it stands still
    journal.go_on()

    def is_complete():
        return len(journal.lines(" message queue_id=")) - before + dropped(journal) == MESSAGES
    wait_until(is_complete, lambda: f"{MESSAGES} lines, written or counted: {journal.lines('dropped')}")
    send(daemon, 1)
    wait_until(lambda: len(journal.lines(" message queue_id=")) - before + dropped(journal) == MESSAGES + 1, "the next")
    assert lost == counted(daemon) == dropped(journal) and (SANITIZED or lost > 0)
    assert len(journal.lines("log dropped=")) == (1 if lost else 0)  # one milter served the connection


def counted(daemon):
    """The lines of the milters that are lost, as the metrics have it."""
    return samples(daemon.metrics_socket)["signetd_log_dropped_lines_total", "milter"]


def dropped(journal):
    return sum(int(re.search("dropped=(.*)", line)[1]) for line in journal.lines("^signetd-milter: log dropped="))


def test_mail_goes_on_when_the_journal_is_gone(daemon, journal):
    journal.close()
    send(daemon, 600)
    vault = daemon.kill("vault")  # the supervisor logs, too
    daemon.wait_for_successor("vault", of=vault)
    send(daemon, 1)


WAITING = 400  # lines of one program that wait for a journal


@pytest.mark.parametrize("with_a_user_per_role", [pytest.param(True, marks=AS_ROOT), False])
def test_a_journal_that_is_made_anew_gets_what_was_logged_meanwhile(signetd, journal, with_a_user_per_role):
    daemon = signetd(as_root=with_a_user_per_role, journal=journal, listener={"processes": 1})
    daemon.create_key("example.com")
    send(daemon, 1)
    journal.wait_for("queue_id=LOG")
    journal.close()
    first = next(_numbers)
    send(daemon, WAITING)
    journal.open()
    journal.wait_for("^signetd: journal=connected again")
    journal.wait_for(f"queue_id=LOG{first + WAITING} ")
    for number in range(first + 1, first + WAITING):
        assert journal.lines(f"queue_id=LOG{number} "), number
    keeper = daemon.kill("keeper")
    journal.wait_for(f"^signetd: child role=keeper instance=0 pid={keeper} ")
    daemon.wait_for_successor("keeper", of=keeper)
    vault = daemon.kill("vault")  # what is started now inherits the same socket
    daemon.wait_for_successor("vault", of=vault)
    assert dropped(journal) == 0


def test_a_pipe_that_nobody_reads_holds_nobody_up(signetd):
    daemon = signetd()
    daemon.have_key("example.com")
    with daemon._logged:  # what keeps its reader from going on
        send(daemon, 600)
        for role in ("dns", "milter", "keeper", "vault"):  # the supervisor has several lines about each
            daemon.wait_for_successor(role, of=daemon.kill(role))
        send(daemon, 1)


def test_a_pipe_whose_reader_is_gone_ends_nobody(signetd):
    daemon = signetd()
    daemon.have_key("example.com")
    daemon.hang_up()
    for role in ("dns", "milter", "keeper", "vault"):
        daemon.wait_for_successor(role, of=daemon.kill(role))
    send(daemon, 1)
    assert not daemon.has_ended


def test_without_a_journal_there_is_one_line_for_each_message_that_fails_and_few_others(signetd):
    daemon = signetd(settings={"vault_timeout": "100ms"})
    daemon.have_key("example.com")
    since, failing = daemon.log_mark, 50 if SANITIZED else 10000
    with daemon.frozen("vault"), concurrent.futures.ThreadPoolExecutor(100) as senders:
        words = list(senders.map(lambda number: fail(daemon, f"FAILS{number}"), range(failing)))
    assert set(words) == {"451 4.7.1 The message cannot be signed at present, try again later"}
    wait_until(lambda: len(daemon.log_lines("queue_id=FAILS.*reason=vault-timeout", since)) == failing,
               "a line for each")
    others = [line for line in daemon.log_lines("", since) if "queue_id=FAILS" not in line]
    assert len(others) < 20, others


def fail(daemon, queue_id):
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message(queue_id=queue_id) is None
        return connection.end_message().text


@pytest.mark.skipif(not I_AM_ROOT, reason="only root can call as another user")
def test_whoever_may_not_does_not_fill_the_log(signetd):
    daemon, calls = signetd(settings={"control_mode": "0666"}), 30
    for _ in range(calls):
        assert daemon.run_ctl("key", "create", "--domain", "example.com", uid=STRANGER).returncode != 0
    daemon.stop()
    said = len(daemon.log_lines("event=call-denied method="))
    [count] = daemon.log_lines("event=call-denied more=")
    assert said == 5 and int(re.search(r"more=(\d+)", count)[1]) == calls - said


# ---- libmilter ------------------------------------------------------------------------------------------------------

BROKEN = 200 if SANITIZED else 10000
SHORT, NO_ADDRESS = "st_optionneg[0]: len too short 2 < 12", "connect[0]: inet_aton failed"


def babble(daemon, *packets):
    """A connection that says this, and is closed by the milter for it."""
    wire = Wire(daemon.milter_socket)
    wire.send(*packets)
    assert wire.is_closed()
    wire.close()


def break_off(daemon):
    """A connection that ends in mid-packet."""
    wire = Wire(daemon.milter_socket)
    wire.send(negotiation(), packet("L", b"X-Half\0")[:-1])
    wire.close()


def at_once(job, count):
    with concurrent.futures.ThreadPoolExecutor(8) as jobs:
        list(jobs.map(lambda _: job(), range(count)))


def test_what_libmilter_says_of_ten_thousand_connections_is_in_our_log_in_a_few_lines(signetd):
    daemon = signetd(listener={"processes": 1})
    daemon.create_key("example.com")
    since = daemon.log_mark
    at_once(lambda: babble(daemon, packet("O", b"ab")), BROKEN)
    at_once(lambda: babble(daemon, negotiation(), client("nobody")), 1)  # the flood does not hide another kind
    at_once(lambda: break_off(daemon), BROKEN)
    send(daemon, 1)
    daemon.stop()
    lines = daemon.log_lines("libmilter", since)
    said = [line.partition(": error: libmilter said=")[2] for line in lines if " more=" not in line]
    counted = sum(int(re.search(r"libmilter more=(\d+) in_s=60$", line)[1]) for line in lines if " more=" in line)
    assert {*said} >= {f'"signetd: {SHORT}"', f'"signetd: {NO_ADDRESS}"'}, lines
    assert said.count(f'"signetd: {SHORT}"') + counted == BROKEN, lines
    assert len(lines) <= 2 * (5 + 1) * (1 + minutes(daemon)), lines
    others = [line for line in daemon.log_lines("^signetd-milter", since) if line not in lines]
    assert len(others) == 1, others  # the message's


def minutes(daemon):
    """That its milter has lived."""
    [line] = daemon.log_lines("child role=milter .* lived_ms=")
    return int(line.rpartition("=")[2]) // 60000


# ---- how a program ends ---------------------------------------------------------------------------------------------

def test_every_way_in_which_a_program_of_ours_ends_is_explained():
    headers = [REPOSITORY / "src/process/role_start.h", REPOSITORY / "src/supervisor/spawn.h"]
    codes = {code for header in headers
             for code in re.findall(r"^#define (?:EXIT|SPAWN_NO)_\w+ +(\d+)", header.read_text(), re.MULTILINE)}
    assert len(codes) == 4
    explained = re.findall(r"^\| `exit=(\d+)` \|", (REPOSITORY / "docs/log.md").read_text(), re.MULTILINE)
    assert set(explained) == codes | {"0", "1"}
