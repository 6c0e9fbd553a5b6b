# SPDX-License-Identifier: ISC
"""Mail through real MTAs: what is ours leaves with a signature that everybody else verifies, and nothing else does."""

import re
from dataclasses import dataclass
from typing import Callable

import pytest
from support import samples
from support.place import I_AM_ROOT

EVERYBODY = {"dkimpy": ["rsa-sha256"], "mail_dkim": ["rsa-sha256"], "opendkim": ["rsa-sha256"]}
ROUTES = ("postfix-smtp", "postfix-command", "sendmail-smtp")
SMTP_ROUTES = ("postfix-smtp", "sendmail-smtp")

# Postfix completes the header of a local client's message before the milter sees it; here it shall not.
AS_IT_CAME = {"local_header_rewrite_clients": ""}

SIGNING_DOMAINS = {"08-eai": "xn--bcher-kva.example"}  # of the samples; all others are from example.com or below it


@dataclass(frozen=True)
class Route:
    """A way into an MTA, whose milter is `daemon`."""
    daemon: object
    mta: object
    submit: Callable
    sink: object

    def deliver(self, message):
        """Hand the message in and wait until it is delivered."""
        recipient = samples.fresh_recipient()
        reply = self.submit(message, recipients=[recipient])
        assert reply is None or reply.code == 250, f"{reply}\n{self.mta.log}\n{self.daemon.log}"
        try:
            return self.sink.wait_for(recipient)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.mta.log}\n{self.daemon.log}") from None

    def logged(self, arrival):
        """The fields of the one line that the daemon logged about a delivered message."""
        pattern = rf"\bmessage\b.*\bqueue_id={arrival.queue_id}\b"
        self.daemon.wait_for_log(pattern)
        lines = self.daemon.log_lines(pattern)
        assert len(lines) == 1, lines
        return dict(re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)', lines[0]))


@dataclass(frozen=True)
class House:
    """A daemon with keys, and an MTA of each kind before it."""
    daemon: object
    postfix: object
    sendmail: object
    sink: object

    def route(self, name):
        mta, _, way = name.partition("-")
        server = getattr(self, mta)
        return Route(self.daemon, server, getattr(server, f"submit_{way}"), self.sink)


@pytest.fixture(scope="module")
def make_house(signetd, postfix, sendmail, names, sink):
    """make_house(settings={}, listener={}): keys for example.com and all below it, and for bücher.example."""
    def make(settings=None, listener=None):
        daemon = signetd(as_root=I_AM_ROOT, settings=settings, listener=listener)
        daemon.create_key("example.com", "--match", "DomainAndSubdomains", names=names)
        daemon.create_key("xn--bcher-kva.example", names=names)
        return House(daemon, postfix(daemon.postfix_milter, knobs=AS_IT_CAME), sendmail(daemon.sendmail_milter), sink)
    return make


@pytest.fixture(scope="module")
def house(make_house):
    return make_house()


def passed_by(judges, message, domain):
    """{judge: the algorithms of this domain's signatures that pass there}"""
    return {judge: sorted(v.algorithm for v in verdicts if v.domain == domain and v.passed)
            for judge, verdicts in judges.all(message).items()}


def ours(arrival):
    """The DKIM-Signature fields that are not those of a sample itself."""
    return [field for field in arrival.fields("DKIM-Signature") if b"d=other.example" not in field]


# What is ours is signed.

@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", samples.NAMES)
def test_a_sample_leaves_with_one_signature_that_everybody_verifies(house, judges, route, name):
    domain = SIGNING_DOMAINS.get(name, "example.com")
    way = house.route(route)

    arrival = way.deliver(samples.sample(name))

    assert len(ours(arrival)) == 1, arrival.data
    assert passed_by(judges, arrival.data, domain) == EVERYBODY
    line = way.logged(arrival)
    assert (line["decision"], line["d"]) == ("sign", domain)


@pytest.mark.parametrize("name", samples.NAMES)
def test_nothing_but_the_signature_is_added(house, name):
    message = samples.sample(name)

    arrival = house.route("postfix-smtp").deliver(message)

    below = samples.without_top_field(arrival.data, "DKIM-Signature")
    assert samples.without_top_field(below, "Received") == samples.with_last_line_ended(message)


@pytest.mark.parametrize("route", ROUTES)
def test_what_an_mta_adds_after_the_milter_does_not_break_the_signature(house, judges, route):
    message = samples.message("From: alice@example.com", "To: bob@example.net", "Subject: no Date, no Message-ID")

    arrival = house.route(route).deliver(message)

    assert passed_by(judges, arrival.data, "example.com") == EVERYBODY


@pytest.mark.parametrize("field", [b"From: mallory@example.org", b"Subject: other", b"Reply-To: mallory@example.org"])
def test_a_field_added_on_the_way_breaks_the_signature(house, judges, field):
    arrival = house.route("postfix-smtp").deliver(samples.plain())

    for judge, verdicts in judges.all(field + b"\r\n" + arrival.data).items():
        assert [verdict.passed for verdict in verdicts] == [False], judge


def test_an_rsa_and_an_ed25519_key_both_sign(house, names, judges):
    house.daemon.create_key("both.example", names=names)
    house.daemon.create_key("both.example", "--algorithm", "ed25519-sha256", names=names)

    arrival = house.route("postfix-smtp").deliver(samples.plain(sender="alice@both.example"))

    assert len(ours(arrival)) == 2
    assert passed_by(judges, arrival.data, "both.example") == {
        "dkimpy": ["ed25519-sha256", "rsa-sha256"], "mail_dkim": ["rsa-sha256"],  # which has no Ed25519
        "opendkim": ["ed25519-sha256", "rsa-sha256"]}


def test_the_signature_names_a_selector_of_its_key(house, names, judges):
    key = house.daemon.create_key("selector.example", "--selector", "one", "--alternate-selector", "two", names=names)

    arrival = house.route("postfix-smtp").deliver(samples.plain(sender="alice@selector.example"))

    assert key["selector"] == "one"
    assert [(v.selector, v.passed) for v in judges.dkimpy(arrival.data)] == [("one", True)]


@pytest.mark.parametrize("canonicalization", ["simple/simple", "simple/relaxed", "relaxed/simple"])
def test_every_canonicalization_survives_postfix(signetd, postfix, names, judges, sink, canonicalization):
    daemon = signetd(as_root=I_AM_ROOT, settings={"canonicalization": canonicalization})
    daemon.create_key("example.com", names=names)
    mta = postfix(daemon.postfix_milter)
    way = Route(daemon, mta, mta.submit_smtp, sink)

    for name in ("10-comments-quotes", "13-whitespace-runs", "14-empty-body", "16-received-chain"):
        arrival = way.deliver(samples.sample(name))
        assert b"c=" + canonicalization.encode() in ours(arrival)[0]
        assert passed_by(judges, arrival.data, "example.com") == EVERYBODY, name


def test_a_listener_for_outbound_mail_only_asks_nobody_who_he_is(make_house, judges):
    house = make_house({"trusted_networks": ["192.0.2.0/24"]}, {"outbound": "always"})

    arrival = house.route("postfix-smtp").deliver(samples.plain())

    assert [verdict.passed for verdict in judges.dkimpy(arrival.data)] == [True]


# What is not is left alone, and it is said why.

@pytest.fixture(scope="module")
def distrusting_house(make_house):
    """The MTAs' clients, all on loopback, are not among those we sign for."""
    return make_house({"trusted_networks": ["192.0.2.0/24"]})


@pytest.mark.parametrize("route", SMTP_ROUTES)
def test_mail_of_a_client_not_trusted_stays_unsigned(distrusting_house, route):
    way = distrusting_house.route(route)

    arrival = way.deliver(samples.plain())

    assert arrival.fields("DKIM-Signature") == []
    assert _why_not(way.logged(arrival)) == "not-ours"


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("sender", ["alice@other.example", "alice@badexample.com"])
def test_mail_from_a_domain_without_a_key_stays_unsigned(house, route, sender):
    way = house.route(route)

    arrival = way.deliver(samples.plain(sender=sender))

    assert arrival.fields("DKIM-Signature") == []
    assert _why_not(way.logged(arrival)) == "no-key"


def test_a_key_not_yet_active_does_not_sign(house, names):
    house.daemon.create_key("waiting.example", names=names, activate=False)
    way = house.route("postfix-smtp")

    arrival = way.deliver(samples.plain(sender="alice@waiting.example"))

    assert arrival.fields("DKIM-Signature") == []
    assert _why_not(way.logged(arrival)) == "no-key"


def test_a_key_deactivated_signs_no_more(house, names):
    key = house.daemon.create_key("retired.example", names=names)
    way = house.route("postfix-smtp")
    assert len(ours(way.deliver(samples.plain(sender="alice@retired.example")))) == 1

    house.daemon.ctl("key", "deactivate", key["id"])

    assert ours(way.deliver(samples.plain(sender="alice@retired.example"))) == []


def test_a_message_without_from_stays_unsigned(house):
    way = house.route("postfix-smtp")

    arrival = way.deliver(samples.message("To: bob@example.net", "Subject: nobody's"))

    assert arrival.fields("DKIM-Signature") == []
    assert arrival.fields("From") == []
    assert _why_not(way.logged(arrival)) == "no-from"


@pytest.mark.parametrize("route", SMTP_ROUTES)
def test_a_message_with_two_from_fields_is_refused(house, route):
    way, recipient = house.route(route), samples.fresh_recipient()
    before = len(house.daemon.log_lines(r"\breason=several-from\b"))

    reply = way.submit(samples.message("From: alice@example.com", "From: mallory@example.org", "Subject: two"),
                       recipients=[recipient])

    assert reply.code == 550, reply
    assert _delivered_after(way, recipient) == []
    assert len(house.daemon.log_lines(r"\breason=several-from\b")) == before + 1


def _why_not(line):
    assert line["decision"] != "sign", line
    return line["reason"]


def _delivered_after(way, recipient):
    """What has arrived for the recipient once a later message has."""
    way.deliver(samples.plain())
    return way.sink.arrivals_for(recipient)
