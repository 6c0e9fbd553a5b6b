# SPDX-License-Identifier: ISC
"""Who is logged in: real mail servers check a password (SASL), and what they then say decides whose mail it is, and
which domains it may be from."""

import re

import pytest
from support import samples, sender
from support.place import I_AM_ROOT
from support.sasl import Logins
from support.signing import domains, fields

PASSWORDS = {"joe@acme.example": "open sesame", "joe+news@acme.example": "a+b=c", "ann@beta.example": "xyzzy"}
SETTINGS = {
    "trusted_networks": ["192.0.2.0/24"],  # where no client of the tests is
    "organizations": [{"name": "acme", "logins": ["*@acme.example"]}],
    "login_domains": [{"login": "joe@acme.example", "domains": ["shared.example"]},
                      {"login": "joe+news@acme.example", "domains": ["news.example"]},
                      {"login": "*", "domains": ["@"]}],
}


@pytest.fixture(scope="module")
def make_daemon(signetd, names):
    """make_daemon(login_violation): with one key of shared.example for each organization; the selector names it."""
    made = {}

    def make(violation):
        if violation not in made:
            daemon = made[violation] = signetd(I_AM_ROOT, {**SETTINGS, "login_violation": violation})
            for org, domain in (("main", "shared.example"), ("acme", "shared.example"), ("acme", "news.example"),
                                ("main", "beta.example")):
                daemon.have_key(domain, "--org", org, "--selector", f"{org}-{violation}", names=names)
        return made[violation]
    return make


@pytest.fixture(scope="module", params=["postfix", "sendmail"])
def make_mta(request, make_daemon, place, servers):
    """make_mta(login_violation): the daemon, and the server before it that knows the logins."""
    made = {}

    def make(violation):
        if violation not in made:
            daemon, logins = make_daemon(violation), Logins(servers.sasl, place(), PASSWORDS)
            start, told = request.getfixturevalue(request.param), getattr(logins, f"for_{request.param}")()
            made[violation] = daemon, start(getattr(daemon, f"{request.param}_milter"), **told)
        return made[violation]
    return make


def submit_as(mta, login, author, recipient):
    connection = sender.Connection(mta.port)
    try:
        connection.log_in(login, PASSWORDS[login])
        return connection.send(samples.plain(sender=author), author, [recipient])
    finally:
        connection.close()


def selectors(judges, arrival):
    """Of the signatures that every verifier passes."""
    [agreed] = {tuple((v.domain, v.selector, v.passed) for v in said) for said in judges.all(arrival.data).values()}
    assert all(passed for *_, passed in agreed), agreed
    return [selector for _, selector, _ in agreed]


@pytest.mark.parametrize(("login", "author", "selector"), [
    ("joe@acme.example", "alice@shared.example", "acme-reject"),
    ("joe+news@acme.example", "alice@news.example", "acme-reject"),
    ("ann@beta.example", "alice@beta.example", "main-reject"),
])
def test_who_is_logged_in_is_signed_for_by_his_organization(make_mta, sink, judges, login, author, selector):
    (daemon, mta), recipient = make_mta("reject"), samples.fresh_recipient()

    reply = submit_as(mta, login, author, recipient)

    assert reply.code == 250, f"{reply}\n{mta.log}"
    arrival = sink.wait_for(recipient)
    assert selectors(judges, arrival) == [selector]
    line = fields(daemon.wait_for_log(rf"queue_id={arrival.queue_id}\b"))
    assert (line["login"], line["org"]) == ([login], [selector.partition("-")[0]])


VIOLATIONS = [("joe@acme.example", "alice@acme.example"), ("joe@acme.example", "alice@news.example"),
              ("joe+news@acme.example", "alice@shared.example"), ("ann@beta.example", "alice@shared.example")]


@pytest.mark.parametrize(("login", "author"), VIOLATIONS)
def test_a_domain_that_is_not_his_is_refused(make_mta, login, author):
    daemon, mta = make_mta("reject")

    reply = submit_as(mta, login, author, samples.fresh_recipient())

    domain = author.rpartition("@")[2]
    assert reply.code == 550 and reply.text.startswith("5.7.1 ") and f"from the domain {domain}, use" in reply.text
    line = fields(daemon.wait_for_log(rf'reason=login-domain .*from="{domain}" .*login="{re.escape(login)}"'))
    assert line["decision"] == ["reject"]


@pytest.mark.parametrize(("login", "author"), VIOLATIONS)
def test_or_goes_on_unsigned_where_that_is_accepted(make_mta, sink, login, author):
    (daemon, mta), recipient = make_mta("accept"), samples.fresh_recipient()

    reply = submit_as(mta, login, author, recipient)

    assert reply.code == 250, reply
    arrival = sink.wait_for(recipient)
    assert domains(arrival) == []
    line = fields(daemon.wait_for_log(rf"queue_id={arrival.queue_id}\b"))
    assert (line["decision"], line["reason"], line["login"]) == (["skip"], ["login-domain"], [login])


def test_what_is_accepted_is_signed_for_a_domain_of_his(make_mta, sink, judges):
    (_, mta), recipient = make_mta("accept"), samples.fresh_recipient()

    assert submit_as(mta, "joe@acme.example", "alice@shared.example", recipient).code == 250

    assert selectors(judges, sink.wait_for(recipient)) == ["acme-accept"]


def test_a_wrong_password_makes_nobody_ours(make_mta, sink):
    (daemon, mta), recipient = make_mta("reject"), samples.fresh_recipient()
    connection = sender.Connection(mta.port)
    try:
        with pytest.raises(sender.Refused, match="^535 "):
            connection.log_in("joe@acme.example", "wrong")
        assert connection.send(samples.plain("alice@shared.example"), "alice@shared.example", [recipient]).code == 250
    finally:
        connection.close()

    arrival = sink.wait_for(recipient)
    assert domains(arrival) == []
    line = fields(daemon.wait_for_log(rf"queue_id={arrival.queue_id}\b"))
    assert line["reason"] == ["not-ours"] and line.get("login", [""]) == [""]


def test_a_login_ends_with_its_connection(make_mta, sink):
    (daemon, mta), recipient = make_mta("reject"), samples.fresh_recipient()
    assert submit_as(mta, "joe@acme.example", "alice@shared.example", samples.fresh_recipient()).code == 250

    assert mta.submit_smtp(samples.plain("alice@shared.example"), "alice@shared.example", [recipient]).code == 250

    arrival = sink.wait_for(recipient)
    assert domains(arrival) == []
    assert fields(daemon.wait_for_log(rf"queue_id={arrival.queue_id}\b"))["reason"] == ["not-ours"]
