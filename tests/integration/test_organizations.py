# SPDX-License-Identifier: ISC
"""Whose mail it is: each organization's keys sign its own mail and nobody else's; and what a login may send."""

from urllib.parse import unquote

import pytest
from support import samples, sender
from support.place import I_AM_ROOT
from support.signing import Signing, ask_milter, domains, fields

OUTSIDE, APPLICATION = "198.51.100.7", "192.0.2.9"

ORGANIZATIONS = [
    {"name": "acme", "daemon_names": ["ACME"], "logins": ["joe", "*@acme.example"]},
    {"name": "beta", "networks": ["192.0.2.0/28", "2001:db8::/32"], "logins": ["joe", "ann"]},
    {"name": "gamma", "networks": ["192.0.2.0/24"]},
]

RULES = {
    "trusted_networks": ["192.0.2.0/24", "local", "127.0.0.0/8"],
    "outbound_daemon_names": ["ACME", "ORIGINATING"],
    "organizations": ORGANIZATIONS,
    "organization_header": {"name": "X-Organization", "networks": [f"{APPLICATION}/32"]},
}


def make_keys(daemon, names=None):
    """One of shared.example for each organization; the selector names it."""
    for org in ("main", "acme", "beta", "gamma", "delta"):
        daemon.have_key("shared.example", "--org", org, "--selector", org, names=names)


# Nobody's: with them no list is so short that its rules are asked one after the other.
MANY = 40
OTHERS = {
    "trusted_networks": [f"203.0.113.{i}" for i in range(MANY)],
    "outbound_daemon_names": [f"OTHER{i}" for i in range(MANY)],
    "organizations": [{"name": f"other{i}", "daemon_names": [f"OTHER{i}"], "networks": [f"2001:db8:{i + 1:x}::/48"],
                       "logins": [f"other{i}", f"*@d{i}.example"]} for i in range(MANY)],
}


@pytest.fixture(scope="module", params=[{}, OTHERS], ids=["few", "many"])
def daemon(signetd, request):
    daemon = signetd(False, settings={name: request.param.get(name, []) + value if isinstance(value, list) else value
                                      for name, value in RULES.items()})
    make_keys(daemon)
    return daemon


FROM = ("From", " alice@shared.example")


def header_of(*organizations):
    return (FROM, *(("X-Organization", f" {name}") for name in organizations))


# (client, login, daemon name, organizations in the header) -> whose keys sign; None: the mail is not ours
ROWS = [
    ((APPLICATION, "", None, []), "beta"),
    (("192.0.2.77", "", None, []), "gamma"),
    (("", "", None, []), "main"),
    (("127.0.0.1", "", "", []), "main"),
    ((OUTSIDE, "", None, []), None),
    ((OUTSIDE, "", "ORIGINATING", []), "main"),
    ((OUTSIDE, "", "ACME", []), "acme"),
    ((OUTSIDE, "", "acme", []), None),
    ((OUTSIDE, "", "A" * 200, []), None),
    ((OUTSIDE, "who@acme.example", None, []), "acme"),
    ((OUTSIDE, "WHO@ACME.example", None, []), "acme"),
    ((OUTSIDE, "who@sub.acme.example", None, []), "main"),
    ((OUTSIDE, "ann", None, []), "beta"),
    ((OUTSIDE, "joe", None, []), "acme"),         # the first that has him
    (("192.0.2.77", "joe", None, []), "acme"),    # and before a network of a later one
    ((APPLICATION, "", None, ["delta"]), "delta"),
    ((APPLICATION, "joe", "ACME", ["delta"]), "delta"),
    ((APPLICATION, "", None, ["main"]), "main"),
    ((APPLICATION, "", None, ["delta", "delta"]), "beta"),
    ((APPLICATION, "", None, ["not a name"]), "beta"),
    (("192.0.2.77", "", None, ["delta"]), "gamma"),  # trusted, but not with this
    ((OUTSIDE, "ann", None, ["delta"]), "beta"),
    ((OUTSIDE, "", None, ["delta"]), None),
]


@pytest.mark.parametrize(("origin", "org"), ROWS, ids=lambda value: str(value))
def test_the_keys_of_its_organization_sign(daemon, origin, org):
    client, login, daemon_name, named = origin

    _, line = ask_milter(daemon, header_of(*named), client=client, daemon_name=daemon_name,
                         macros={"{auth_authen}": login} if login else {})

    assert line.get("s") == ([org] if org else None)
    assert line["org"] == [org or "main"]
    message = "".join(f"{name}:{value}\n" for name, value in header_of(*named)) + "\n"
    answer = daemon.ctl("explain", "-", "--client", client or "local", *(["--login", login] if login else []),
                        *(["--daemon-name", daemon_name] if daemon_name else []), check=False, input=message)
    assert (answer["reason"], answer["org"]) == (line["reason"][0], line["org"][0])
    assert [key["selector"] for key in answer["keys"]] == line.get("s", [])


def test_a_daemon_name_belongs_to_its_connection(daemon):
    assert ask_milter(daemon, (FROM,), client=OUTSIDE, daemon_name="ACME")[1]["s"] == ["acme"]
    assert ask_milter(daemon, (FROM,), client=OUTSIDE)[1]["reason"] == ["not-ours"]


def test_an_organization_without_the_key_does_not_borrow_one(signetd):
    daemon = signetd(False, settings={"organizations": [{"name": "acme", "networks": ["local"]}]})
    daemon.have_key("shared.example")

    assert ask_milter(daemon, (FROM,), client="")[1]["reason"] == ["no-key"]
    assert ask_milter(daemon, (FROM,), client="127.0.0.1")[1]["reason"] == ["signed"]


@pytest.mark.parametrize("settings, org, is_named", [
    ({}, "main", True),
    ({}, "acme", False),
    ({"organizations": [{"name": "acme", "networks": ["local"]}]}, "acme", True),
    ({"organizations": [{"name": "acme", "networks": ["local"]}]}, "acme2", False),
    ({"organization_header": RULES["organization_header"]}, "anybody", True),
])
def test_a_key_for_an_organization_that_no_rule_names_is_made_with_a_warning(signetd, settings, org, is_named):
    daemon = signetd(False, settings=settings)

    made = daemon.ctl("key", "create", "--domain", "shared.example", "--algorithm", "ed25519-sha256", "--org", org)

    assert ["no rule" in warning for warning in made["warnings"]] == [True] * (not is_named)


def test_a_listener_can_be_an_organizations(signetd):
    daemon = signetd(False, settings={"trusted_networks": [], "organizations": [
        {"name": "acme", "listeners": ["submission"]}]}, listener={"name": "submission", "outbound": "always"})
    make_keys(daemon)

    assert ask_milter(daemon, (FROM,), client=OUTSIDE)[1]["s"] == ["acme"]
    answer = daemon.ctl("explain", "--from", "shared.example", "--client", OUTSIDE, "--listener", "submission")
    assert {step["rule"]: step["answer"] for step in answer["steps"]}["organization"] == "listener"


# What a login may send.

LOGINS = {"login_domains": [
    {"login": "joe", "domains": ["a.example", ".b.example"]},
    {"login": "*@c.example", "domains": ["@"]},
    {"login": "*", "domains": []},
]}


@pytest.fixture(scope="module")
def make_bound(signetd):
    made = {}

    def make(violation):
        if violation not in made:
            made[violation] = signetd(False, settings={**LOGINS, "login_violation": violation})
            for domain in ("a.example", "b.example", "c.example"):
                made[violation].have_key(domain, "--match", "DomainAndSubdomains")
        return made[violation]
    return make


@pytest.mark.parametrize(("login", "senders", "is_allowed"), [
    ("joe", "x@a.example", True),
    ("Joe", "x@A.example.", True),
    ("joe", "x@sub.a.example", False),
    ("joe", "x@b.example", False),
    ("joe", "x@sub.b.example", True),
    ("joe", "x@a.example, y@c.example", False),
    ("joe", "x@a.example, y@sub.b.example", True),
    ("me@c.example", "other@c.example", True),
    ("me@C.example", "other@sub.c.example", False),
    ("me@c.example", "x@a.example", False),
    ("stranger", "x@a.example", False),
])
@pytest.mark.parametrize(("violation", "verdict", "decision"), [
    ("reject", "reject", "reject"), ("accept", "accept", "skip")])
def test_a_login_uses_its_own_domains(make_bound, login, senders, is_allowed, violation, verdict, decision):
    daemon = make_bound(violation)

    reply, line = ask_milter(daemon, (("From", f" {senders}"),), client=OUTSIDE, macros={"{auth_authen}": login})

    if is_allowed:
        assert line["reason"] == ["signed"]
    else:
        assert (line["decision"], line["reason"], reply.verdict) == ([decision], ["login-domain"], verdict)
        assert "d" not in line and reply.inserted == []
    answer = daemon.ctl("explain", "--from", senders, "--client", OUTSIDE, "--login", login, check=False)
    assert (answer["decision"], answer["reason"]) == (line["decision"][0], line["reason"][0])
    if reply.verdict == "reject":
        assert reply.text == f"550 5.7.1 {answer['text']}"


@pytest.fixture(scope="module")
def news_daemon(signetd):
    daemon = signetd(False, settings={"login_domains": [{"login": "joe+news@a.example", "domains": ["@"]}]})
    daemon.have_key("b.example")
    return daemon


@pytest.mark.parametrize(("version", "written", "is_bound"), [
    ("8.17.1.9", "joe+2Bnews@a.example", True),
    ("8.17.1.9", "JOE+2BNEWS@A.EXAMPLE", True),
    ("8.17.1.9", "a+3Db@a.example", False),
    ("Postfix 3.7.11", "joe+news@a.example", True),
    ("Postfix 3.7.11", "joe+2Bnews@a.example", False),
    ("", "joe+2Bnews@a.example", False),
])
def test_a_login_is_bound_however_the_mta_writes_it(news_daemon, version, written, is_bound):
    """Sendmail's is xtext."""
    _, line = ask_milter(news_daemon, (("From", " x@b.example"),), client=OUTSIDE,
                         macros={"v": version, "{auth_authen}": written})

    assert line["reason"] == ["login-domain" if is_bound else "signed"]
    plain = unquote(written.replace("+", "%")) if version.startswith("8") else written
    assert line["login"] == [plain]


@pytest.mark.parametrize(("senders", "named"), [
    ("x@a.example, y@c.example", "c.example"), ("x@a.example, y@[192.0.2.1]", "[192.0.2.1]"),
    ("x@a.example, y@b%sü.\\example", None), ("x@a.example, y@C.example.", "c.example")])
def test_the_reply_names_the_domain_that_may_not_be_used(make_bound, senders, named):
    reply, line = ask_milter(make_bound("reject"), (("From", f" {senders}"),), client=OUTSIDE,
                             macros={"{auth_authen}": "joe"})

    assert reply.text.isprintable() and reply.text.isascii()
    if named:
        assert line["reason"] == ["login-domain"]
        assert f"from the domain {named}, use" in reply.text
        explained = make_bound("reject").run_ctl("explain", "--from", senders, "--client", OUTSIDE, "--login", "joe")
        assert f'"{reply.text[10:]}"' in explained.stdout


def test_who_is_not_logged_in_is_not_bound(make_bound):
    assert ask_milter(make_bound("reject"), (("From", " x@a.example"),))[1]["reason"] == ["signed"]


# Through real mail servers.

@pytest.fixture(scope="module")
def real_daemon(signetd, names):
    daemon = signetd(I_AM_ROOT, settings={
        "trusted_networks": ["192.0.2.0/24"], "outbound_daemon_names": ["ACME", "ORIGINATING"],
        "organizations": [{"name": "acme", "daemon_names": ["ACME"]}, {"name": "beta", "logins": ["*@beta.example"]}],
        "login_domains": [{"login": "*@beta.example", "domains": ["@", "shared.example"]}]})
    make_keys(daemon, names)
    return daemon


def verify(judges, arrival, selector):
    for judge, verdicts in judges.all(arrival.data).items():
        assert [(v.selector, v.passed) for v in verdicts] == [(selector, True)], judge


@pytest.mark.parametrize(("name", "selector"), [("ACME", "acme"), ("ORIGINATING", "main")])
def test_postfix_names_its_service(real_daemon, postfix, sink, judges, name, selector):
    mta = postfix(real_daemon.postfix_milter, knobs={"milter_macro_daemon_name": name})

    arrival = Signing(real_daemon, mta, sink).deliver(samples.plain(sender="alice@shared.example"))

    verify(judges, arrival, selector)


def test_sendmail_names_its_daemon(real_daemon, sendmail, sink, judges, signetd, names):
    daemon = signetd(I_AM_ROOT, settings={"trusted_networks": [], "outbound_daemon_names": ["MTA"],
                                          "organizations": [{"name": "acme", "daemon_names": ["MTA"]}]})
    daemon.have_key("sendmail.example", "--org", "acme", "--selector", "acme", names=names)

    arrival = Signing(daemon, sendmail(daemon.sendmail_milter), sink).deliver(
        samples.plain(sender="alice@sendmail.example"))

    verify(judges, arrival, "acme")


@pytest.fixture(scope="module")
def login_postfix(real_daemon, postfix):
    """One that believes its clients who they are logged in as (XCLIENT)."""
    return postfix(real_daemon.postfix_milter, knobs={"smtpd_authorized_xclient_hosts": "127.0.0.1"})


def submit_as(mta, login, message, recipient):
    connection = sender.Connection(mta.port)
    try:
        connection.become(login)
        return connection.send(message, "alice@shared.example", [recipient])
    finally:
        connection.close()


def test_postfix_names_the_login(real_daemon, login_postfix, sink, judges):
    recipient = samples.fresh_recipient()

    reply = submit_as(login_postfix, "me@beta.example", samples.plain(sender="alice@shared.example"), recipient)

    assert reply.code == 250, reply
    arrival = sink.wait_for(recipient)
    verify(judges, arrival, "beta")
    assert fields(real_daemon.wait_for_log(rf"queue_id={arrival.queue_id}\b"))["login"] == ["me@beta.example"]


def test_a_login_of_postfix_is_told_what_it_may_not_do(login_postfix):
    reply = submit_as(login_postfix, "me@beta.example", samples.plain(sender="alice@other.example"),
                      samples.fresh_recipient())

    assert reply.code == 550 and "5.7.1" in reply.text and "other.example" in reply.text


def test_who_is_nobody_to_postfix_is_not_signed_for(real_daemon, login_postfix, sink):
    arrival = Signing(real_daemon, login_postfix, sink).deliver(samples.plain(sender="alice@shared.example"))

    assert domains(arrival) == []


@pytest.mark.parametrize("mta", ["postfix", "sendmail"])
def test_an_application_behind_a_real_server_names_the_organization(request, signetd, sink, judges, names, mta):
    """The field arrives as it was sent, folded as it was, and is not signed."""
    trusted = {"name": "X-Organization", "networks": ["127.0.0.0/8"]}
    daemon = signetd(I_AM_ROOT, settings={"organizations": ORGANIZATIONS, "organization_header": trusted})
    for org in ("main", "delta"):
        daemon.have_key(f"{mta}.example", "--org", org, "--selector", org, names=names)
    signing = Signing(daemon, request.getfixturevalue(mta)(getattr(daemon, f"{mta}_milter")), sink)
    plain = samples.plain(sender=f"alice@{mta}.example")

    for field, org in ((b"X-Organization: delta\r\n", "delta"), (b"X-Organization:\r\n\tdelta\r\n", "delta"),
                       (b"X-Organization: delta\r\nX-Organization: delta\r\n", "main"), (b"", "main")):
        arrival = signing.deliver(field + plain)

        verify(judges, arrival, org)
        assert b"".join(f + b"\r\n" for f in arrival.fields("X-Organization")) == field
        assert b"X-Organization" not in arrival.fields("DKIM-Signature")[0]
        assert fields(signing.line(arrival))["org"] == [org]
