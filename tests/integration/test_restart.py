# SPDX-License-Identifier: ISC
"""Any child can be killed at any moment: mail waits or is asked to come again, and each message leaves once, signed."""

import pytest
from support.flowing import Service, flowing_mail, flows_on
from support.wait import wait_until


@pytest.fixture(scope="module")
def service(as_root, signetd, postfix, make_sink):
    daemon, sink = signetd(as_root), make_sink()
    key = daemon.have_key("example.com")
    records = {record["name"].rstrip("."): record["value"] for record in daemon.ctl("records", key["id"])["records"]}
    return Service(daemon, postfix(daemon.postfix_milter, sink=sink), sink, records)


@pytest.mark.parametrize("role", ["vault", "keeper", "milter"])
def test_a_killed_child_comes_back_and_no_mail_is_lost(service, role):
    with flowing_mail(service, tag=f"killed-{role}") as mail:
        for _ in range(3):
            killed = service.daemon.kill(role)
            service.daemon.wait_for_successor(role, of=killed)
            flows_on(mail)


def test_all_children_killed_at_once_come_back(service):
    with flowing_mail(service, tag="killed-all"):
        killed = [(role, service.daemon.kill(role)) for role in ("milter", "vault", "keeper")]
        for role, pid in killed:
            service.daemon.wait_for_successor(role, of=pid)


@pytest.mark.parametrize("how", ["frozen", "kept_down"])
def test_signing_needs_no_keeper(service, how):
    with flowing_mail(service, tag=f"keeper-{how}") as mail:
        with getattr(service.daemon, how)("keeper"):
            flows_on(mail)

            killed = service.daemon.kill("vault")
            service.daemon.wait_for_successor("vault", of=killed)
            flows_on(mail)

            killed = service.daemon.kill("milter")
            service.daemon.wait_for_successor("milter", of=killed)
            flows_on(mail)

    wait_until(service.daemon.answers, lambda: f"the keeper to be back:\n{service.daemon.log}")


def test_mail_waits_for_a_vault_that_stays_away_and_is_never_sent_unsigned(service):
    with flowing_mail(service, tag="no-vault") as mail:
        with service.daemon.kept_down("vault"):
            refused = mail.retries
            wait_until(lambda: mail.retries > refused, "a message to be refused for now")


def test_stop_and_start_keep_the_keys(service):
    with flowing_mail(service, tag="stopped"):
        service.daemon.stop()
        service.daemon.start()
