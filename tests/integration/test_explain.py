# SPDX-License-Identifier: ISC
"""`signetctl explain` says what the milter does: both answers, side by side, for the same mail."""

import itertools
import re

import pytest
from support.control import Control
from support.mta import Connection
from support.signing import fields

SIGN, SKIP = 0, 1
HEADER_MAX = 4096

OUTSIDE, TRUSTED = "198.51.100.7", "192.0.2.7"
WIDE, NARROW = "DomainAndSubdomains", "DomainOnly"


@pytest.fixture(scope="module")
def daemon(signetd):
    return signetd(False, settings={"trusted_networks": ["192.0.2.0/24", "2001:db8::/32", "local"],
                                    "header_max_bytes": "4KiB"})


@pytest.fixture(scope="module")
def keys(daemon):
    """{name: id}: what the senders below meet."""
    made = {}
    for name, domain, *arguments in (
            ("exact", "tree.example", "--match", NARROW),
            ("wide", "tree.example", "--match", WIDE),
            ("deep", "deep.tree.example", "--match", WIDE),
            ("ed", "tree.example", "--match", WIDE, "--algorithm", "ed25519-sha256"),
            ("unicode", "xn--bcher-kva.example"),
            ("subs", "subs.example", "--match", "SubdomainsOnly")):
        made[name] = daemon.have_key(domain, *arguments)["id"]
    made["idle"] = daemon.create_key("idle.example", activate=False)["id"]
    return made


_numbers = itertools.count(1)


def ask_milter(daemon, header, client, login):
    """What the log says of a message: decision, reason, and of each signature (d, s, a, key)."""
    queue_id = f"EXPLAIN{next(_numbers)}"
    macros = {"{auth_authen}": login} if login else {}
    with Connection(daemon.milter_socket, client=client) as connection:
        if connection.open_message(header=header, queue_id=queue_id, macros=macros) is None:
            connection.end_message()
    line = daemon.wait_for_log(rf"queue_id={queue_id} ")
    decision, reason = re.search(r" decision=(\S+) reason=(\S+) ", line).groups()
    return decision, reason, re.findall(r" d=(\S+) s=(\S+) a=(\S+) key=(\S+)", line)


def origin(client, login):
    return ["--client", client or "local", *(["--login", login] if login else [])]


def told(answer):
    return answer["decision"], answer["reason"], [
        (key["domain"], key["selector"], key["algorithm"], key["id"]) for key in answer["keys"]]


def explain(daemon, header, client, login):
    text = "".join(f"{name}:{value}\n" for name, value in header) + "\nbody\n"
    return daemon.ctl("explain", "-", *origin(client, login), check=False, input=text)


def chosen(answer):
    return {candidate["id"] for candidate in answer["candidates"] if candidate["is_chosen"]}


FROM = [
    ["alice@tree.example"],
    ["alice@a.tree.example"],
    ["alice@x.deep.tree.example"],
    ["alice@badtree.example"],
    ["alice@subs.example"],
    ["alice@a.b.subs.example"],
    ["alice@idle.example"],
    ["ALICE@TREE.EXAMPLE."],
    ["alice@bücher.example"],
    ["nobody@nowhere.example, Alice <alice@tree.example>"],
    ['"a, b" <x@[192.0.2.1]> (c)'],
    ["not an address"],
    [""],
    [],
    ["alice@tree.example", "bob@tree.example"],
]


@pytest.mark.parametrize("senders", FROM, ids=lambda senders: "+".join(senders)[:30] or "none")
@pytest.mark.parametrize(("client", "login"), [(TRUSTED, ""), (OUTSIDE, ""), (OUTSIDE, "alice"), ("", "")])
def test_it_says_of_a_message_what_the_milter_does(daemon, keys, senders, client, login):
    header = [*(("From", f" {sender}") for sender in senders), ("Subject", " x")]
    done = ask_milter(daemon, header, client, login)
    answer = explain(daemon, header, client, login)
    assert told(answer) == done
    assert (done[1] if done[1] != "not-ours" else "no") in [step["answer"] for step in answer["steps"]]
    if done[0] == "sign":
        assert chosen(answer) == {key for *_, key in done[2]}


@pytest.mark.parametrize(("size", "reason"), [(HEADER_MAX, "signed"), (HEADER_MAX + 1, "header-too-large")])
def test_it_knows_when_a_header_is_too_large(daemon, keys, size, reason):
    header = [("From", " alice@tree.example"), ("X-Long", " ")]
    missing = size - sum(len(name + value) + len(":\r\n") for name, value in header)
    header[1] = ("X-Long", " " + "x" * missing)
    done = ask_milter(daemon, header, TRUSTED, "")
    assert done[1] == reason
    assert told(explain(daemon, header, TRUSTED, "")) == done


@pytest.mark.parametrize(("count", "reason"), [(64, "signed"), (65, "bad-from")])
def test_it_knows_when_there_are_too_many_authors(daemon, keys, count, reason):
    header = [("From", f" {', '.join(['a@tree.example'] * count)}")]
    done = ask_milter(daemon, header, TRUSTED, "")
    assert done[1] == reason
    assert told(explain(daemon, header, TRUSTED, "")) == done


def test_the_daemon_looks_for_no_more(daemon, keys):
    with Control(daemon.control_socket) as control:
        control.send("Explain", **{"from": ["tree.example"] * 65})
        assert "64" in control.receive_any()["parameters"]["message"]


def rules(answer):
    return {candidate["id"]: candidate["rule"] for candidate in answer["candidates"]}


@pytest.mark.parametrize(("sender", "expected"), [
    ("tree.example", {"exact": "more-specific", "wide": "less-specific", "ed": "alone"}),
    ("a.tree.example", {"exact": "not-subdomains", "wide": "alone", "ed": "alone"}),
    ("deep.tree.example", {"deep": "longest-domain", "exact": "not-subdomains", "wide": "shorter-domain",
                           "ed": "alone"}),
    ("subs.example", {"subs": "not-the-domain"}),
    ("idle.example", {"idle": "inactive"}),
    ("badtree.example", {}),
])
def test_it_lists_the_keys_that_could_sign(daemon, keys, sender, expected):
    answer = daemon.ctl("explain", "--from", f"alice@{sender}", "--client", TRUSTED, check=False)
    assert answer["sender"] == sender
    assert rules(answer) == {keys[name]: rule for name, rule in expected.items()}


def test_it_says_what_would_sign_mail_that_is_not_ours(daemon, keys):
    answer = daemon.ctl("explain", "--from", "tree.example", "--client", OUTSIDE, check=False)
    assert (answer["reason"], answer["keys"]) == ("not-ours", [])
    assert chosen(answer) == {keys["exact"], keys["ed"]}


@pytest.mark.parametrize(("arguments", "exit_status", "said"), [
    (["--from", "Alice <alice@tree.example>", "--client", TRUSTED], SIGN, "signed"),
    (["--from", "tree.example", "--client", OUTSIDE, "--login", "alice"], SIGN, "d=tree.example"),
    (["--from", "alice@tree.example", "--client", OUTSIDE], SKIP, "trusted_networks"),
    (["--from", "alice@tree.example", "--client", "local", "--envelope-from", "<>"], SIGN, "d=tree.example"),
    (["--from", "alice@nowhere.example", "--client", TRUSTED], SKIP, "no key for nowhere.example"),
], ids=lambda value: None)
def test_people_read_why(daemon, keys, arguments, exit_status, said):
    done = daemon.run_ctl("explain", *arguments, style=())
    assert done.returncode == exit_status, done
    assert said in done.stdout


@pytest.mark.parametrize(("arguments", "said"), [
    ([], "--from"),
    (["--from", "a@tree.example", "--client", "not.an.address"], "not.an.address"),
    (["--from", "a@tree.example", "--client", "192.0.2.0/24"], "192.0.2.0/24"),
    (["--from", "a@tree.example", "--listener", "nobody"], "nobody"),
    (["/nonexistent/message"], "/nonexistent/message"),
], ids=lambda value: None)
def test_wrong_input_is_named(daemon, arguments, said):
    done = daemon.run_ctl("explain", *arguments)
    assert done.returncode == 2 and said in done.stderr, done


def test_who_has_the_wrong_from_is_told_about_the_one_in_the_message(daemon, keys):
    for senders, without in (("From: alice@nowhere.example\n", "no-key"), ("", "no-from"),
                             (2 * "From: alice@tree.example\n", "several-from")):
        for arguments, reason in (([], without), (["--from", "alice@tree.example"], "signed")):
            answer = daemon.ctl("explain", "-", "--client", TRUSTED, *arguments, check=False,
                                input=f"{senders}Subject: x\n\n")
            assert (answer["reason"], bool(answer["flaws"])) == (reason, reason in ("no-from", "several-from"))


def test_a_listener_for_outbound_mail_makes_all_of_it_ours(signetd):
    daemon = signetd(False, listener={"name": "submission", "outbound": "always"})
    key = daemon.have_key("out.example")
    header = [("From", " a@out.example")]
    done = ask_milter(daemon, header, OUTSIDE, "")
    assert done[:2] == ("sign", "signed")
    answer = daemon.ctl("explain", "--from", "a@out.example", "--client", OUTSIDE, "--listener", "submission")
    assert told(answer) == done and done[2][0][3] == key["id"]
    assert answer["listener"] == "submission"


# Which line of the configuration decided.

@pytest.fixture(scope="module")
def configured(signetd):
    daemon = signetd(False, listener={"name": "mx"}, settings={
        "trusted_networks": ["192.0.2.0/24"],
        "outbound_daemon_names": ["ORIGINATING"],
        "organizations": [{"name": "acme", "logins": ["joe"]}],
        "organization_header": {"name": "X-Org", "networks": ["192.0.2.0/24"]},
        "login_domains": [{"login": "joe", "domains": ["tree.example"]}],
        "also_sign": ["esp.example"],
        "unverified_domain": "reject"})
    daemon.have_key("tree.example")
    daemon.have_key("esp.example")
    return daemon


@pytest.mark.parametrize(("arguments", "rule", "answer", "setting"), [
    (["--client", TRUSTED], "client", "yes", "trusted_networks"),
    (["--client", OUTSIDE], "client", "no", None),
    (["--client", OUTSIDE], "listener", "no", None),
    (["--client", OUTSIDE, "--daemon-name", "ORIGINATING"], "daemon-name", "yes", "outbound_daemon_names"),
    (["--client", OUTSIDE, "--login", "joe"], "organization", "login", "organizations"),
    (["--client", TRUSTED], "organization", "default", None),
    (["--client", OUTSIDE, "--login", "joe"], "login-domain", "pass", "login_domains"),
    (["--client", OUTSIDE, "--login", "joe", "--from", "x@esp.example"], "login-domain", "login-domain",
     "login_domains"),
    (["--client", TRUSTED], "also-sign", "signed", "also_sign"),
    (["--client", TRUSTED, "--from", "x@nowhere.example"], "unverified-domain", "reject", "unverified_domain"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_each_answer_has_the_line_that_gave_it(configured, arguments, rule, answer, setting):
    place = configured.place_of(setting) if setting else None
    said = configured.ctl("explain", "--from", "a@tree.example", *arguments, check=False)
    assert {"rule": rule, "answer": answer, "place": place} in said["steps"]

    text = configured.run_ctl("explain", "--from", "a@tree.example", *arguments, style=()).stdout
    assert f"\n  {rule}={answer}{'  ' + place if place else ''}\n" in text


@pytest.mark.parametrize(("client", "said"), [(TRUSTED, "yes"), (OUTSIDE, "not-trusted")])
def test_the_field_that_names_an_organization_has_one_too(configured, client, said):
    message = "From: a@tree.example\nX-Org: acme\n\n"
    answer = configured.ctl("explain", "-", "--client", client, "--login", "ann", check=False, input=message)
    place = configured.place_of("organization_header")
    assert {"rule": "organization-header", "answer": said, "place": place} in answer["steps"]


def test_a_trial_says_what_was_asked(configured):
    message = "From: a@tree.example\nX-Org: main\nSubject: x\n\nHello\n"
    done = configured.ctl("try", "-", "--client", TRUSTED, input=message)
    assert [change["name"] for change in done["changes"]] == 2 * ["DKIM-Signature"]
    assert done["explain"] == configured.ctl("explain", "-", "--client", TRUSTED, input=message)
    for client, reply in ((TRUSTED, "accept"), (OUTSIDE, "accept")):
        said = configured.ctl("try", "-", "--client", client, check=False, input=message)
        assert said["reply"] == reply
        assert said["explain"]["decision"] == ("sign" if client == TRUSTED else "skip")


# The envelope sender is one, whoever makes it up.

@pytest.fixture(scope="module")
def of_the_envelope(signetd):
    daemon = signetd(False, settings={"identity": ["envelope-from"], "unverified_domain": "reject"})
    for domain in ("a.example", "b.example"):
        daemon.have_key(domain)
    return daemon


@pytest.mark.parametrize("arguments", [[], ["--envelope-from", "x@b.example"], ["--envelope-from", "<x@a.example>"],
                                       ["--envelope-from", "<>"], ["--envelope-from", ""],
                                       ["--envelope-from", "nobody"]], ids=" ".join)
@pytest.mark.parametrize("senders", ["x@a.example, y@b.example", "X <x@a.example>, Y <y@b.example>",
                                     "X <x@A.example.> (<y@b.example>)", "Team: x@b.example;", "nobody", ""])
def test_a_trial_is_explained_with_the_envelope_sender_it_had(of_the_envelope, senders, arguments):
    message = f"From: {senders}\nSubject: x\n\nHello\n"
    mark = of_the_envelope.log_mark
    done = of_the_envelope.ctl("try", "-", *arguments, check=False, input=message)

    line = fields(of_the_envelope.wait_for_log("queue_id=TRY ", since=mark))
    explained = done["explain"]
    assert (explained["decision"], explained["reason"]) == (line["decision"][0], line["reason"][0])
    assert [key["domain"] for key in explained["keys"]] == line.get("d", [])
    if arguments:
        assert explained == of_the_envelope.ctl("explain", "-", *arguments, check=False, input=message)


def test_a_trial_through_a_listener_by_its_address_needs_no_control_socket(configured):
    address = f"unix:{configured.milter_socket}"
    done = configured.ctl("try", "-", "--listener", address, "--client", TRUSTED, input="From: a@tree.example\n\n")
    assert done["reply"] == "accept" and "explain" not in done


@pytest.mark.parametrize(("macros", "is_explained"), [("auth_type=EXTERNAL", False), ("{auth_authen}=ann", False),
                                                      ("i=4XyZ,daemon_name=ACME", False), ("i=4XyZ", True)])
def test_a_trial_with_macros_that_explain_is_not_told_of_is_not_explained(daemon, keys, macros, is_explained):
    message = "From: a@tree.example\nSubject: x\n\nHello\n"
    done = daemon.ctl("try", "-", "--client", OUTSIDE, "--macros", macros, input=message)
    assert (len(done["changes"]) > 0) == ("auth" in macros)
    assert ("explain" in done) == is_explained
