# SPDX-License-Identifier: ISC
"""The log: it is never waited for, what it loses is counted, and what comes very often does not fill it. Each message
has its line."""

import concurrent.futures
import itertools
import os
import re

import pytest
from support.journal import Journal
from support.mta import Connection
from support.place import I_AM_ROOT
from support.wait import wait_until

SANITIZED = "SIGNETD_SANITIZED" in os.environ
MESSAGES = 500 if SANITIZED else 4000  # more than the ring and the socket's buffer hold
STRANGER = 61099

_numbers = itertools.count(1)


@pytest.fixture
def journal(place):
    journal = Journal(place())
    yield journal
    journal.close()


@pytest.fixture
def daemon(signetd, journal):
    daemon = signetd(journal=journal)
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


def test_a_journal_that_does_not_read_disturbs_no_mail_and_hears_what_it_missed(daemon, journal):
    send(daemon, 1)
    journal.wait_for("queue_id=LOG")
    before = len(journal.lines(" message queue_id="))
    journal.stop_reading()
    send(daemon, MESSAGES)
    journal.go_on()

    def is_complete():
        return len(journal.lines(" message queue_id=")) - before + dropped(journal) == MESSAGES
    wait_until(is_complete, lambda: f"{MESSAGES} lines, written or counted: {journal.lines('dropped')}")
    send(daemon, 1)
    wait_until(lambda: len(journal.lines(" message queue_id=")) - before + dropped(journal) == MESSAGES + 1, "the next")
    assert SANITIZED or dropped(journal) > 0
    assert len(journal.lines("log dropped=")) <= 1  # one milter served the connection


def dropped(journal):
    return sum(int(re.search("dropped=(.*)", line)[1]) for line in journal.lines("^signetd-milter: log dropped="))


def test_mail_goes_on_when_the_journal_is_gone(daemon, journal):
    journal.close()
    send(daemon, 600)
    vault = daemon.kill("vault")  # the supervisor logs, too
    daemon.wait_for_successor("vault", of=vault)
    send(daemon, 1)


def test_a_pipe_that_nobody_reads_holds_nobody_up(signetd):
    daemon = signetd()
    daemon.have_key("example.com")
    with daemon._logged:  # what keeps its reader from going on
        send(daemon, 600)
        for role in ("dns", "milter", "keeper", "vault"):  # the supervisor has several lines about each
            daemon.wait_for_successor(role, of=daemon.kill(role))
        send(daemon, 1)


def test_without_a_journal_there_is_one_line_for_each_message_that_fails_and_few_others(signetd):
    daemon = signetd(settings={"vault_timeout": "100ms"})
    daemon.have_key("example.com")
    since, failing = daemon.log_mark, 50 if SANITIZED else 400
    with daemon.frozen("vault"), concurrent.futures.ThreadPoolExecutor(20) as senders:
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
