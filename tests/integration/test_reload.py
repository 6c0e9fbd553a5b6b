# SPDX-License-Identifier: ISC
"""The configuration is read again while mail flows: everybody uses the new one, or everybody the old one."""

import os
import re
import signal
import socket
import threading

import pytest
from support.flowing import Service, flowing_mail, flows_on
from support.mta import Connection
from support.wait import wait_until

USUAL = [("From", " alice@example.com"), ("Subject", " Hello")]
ORGANIZATION = {"name": "acme", "logins": ["alice"]}


@pytest.fixture
def daemon(as_root, signetd):
    daemon = signetd(as_root)
    daemon.create_key("example.com")
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
    """That in use, and those of the children: one, when nothing is under way."""
    status = daemon.ctl("status")
    return [status["settings"]["version"], *{child["settings_version"] for child in status["children"]}]


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
    assert versions(daemon) == [2, 2]
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
    daemon.create_key("example.com")
    large = [*USUAL, ("X-Large", " " + "x" * 20000)]
    reload(daemon, header_max_bytes="64KiB")
    assert line_of(daemon, "LARGE", large)[0]["decision"] == "sign"


# ---- what is refused ----

def test_a_broken_file_keeps_the_old_settings_and_says_where(daemon):
    daemon.configure(trusted_networks=["192.0.2.0/24"], vault_timeout="soon")
    place = daemon.place_of("vault_timeout")

    said = refusal(daemon)

    assert said.startswith(f"signetctl: {place}: "), said
    assert daemon.log_lines(f"reload refused, settings=1 stay in use: {re.escape(place)}: ")
    assert line_of(daemon, "KEPT")[0]["decision"] == "sign"
    assert versions(daemon) == [1, 1]


def test_what_takes_a_restart_is_named_and_refused(daemon):
    daemon.configure(map_size="1GiB", trusted_networks=["192.0.2.0/24"])
    assert refusal(daemon) == (f"signetctl: {daemon.place_of('map_size')}: map_size has changed, which takes a restart; "
                               "restart, or change it back\n")
    assert line_of(daemon, "KEPT")[0]["decision"] == "sign"


def test_a_rotation_by_which_mail_would_lose_its_key_is_refused(daemon):
    daemon.configure(rotation={"retire_after": "1d"})
    said = refusal(daemon)
    assert "signetd.conf" in said and "rotation.retire_after" in said, said
    assert versions(daemon) == [1, 1]


def test_a_refused_hangup_is_in_the_log(daemon):
    daemon.configure(map_size="1GiB")
    os.kill(daemon.pid, signal.SIGHUP)
    daemon.wait_for_log("reload refused, settings=1 stay in use: .*map_size")


def test_only_who_may_change_may_reload(signetd):
    daemon = signetd(settings={"control_mode": "0666"})
    done = daemon.run_ctl("reload", uid=61099, style=())
    assert done.returncode == 2, done
    assert versions(daemon) == [1, 1]
