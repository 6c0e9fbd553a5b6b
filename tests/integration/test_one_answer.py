# SPDX-License-Identifier: ISC
"""One code decides: whatever the settings and the message, the milter, `explain` and `try` give one answer."""

import functools
import itertools
import random
import re

import pytest
from support.mta import Connection
from support.signing import fields

TRUSTED, APPLICATION, OUTSIDE = "192.0.2.7", "192.0.2.9", "198.51.100.7"
ORGS = ("main", "acme", "beta")
DOMAINS = ("a.example", "b.example", "sub.a.example", "esp.example", "nowhere.example", "bücher.example")
FIT = {"no_from": ("skip", "reject"), "several_from": ("skip", "reject"),
       **dict.fromkeys(("duplicate_field", "long_header_line", "long_body_line", "eight_bit_header", "eight_bit_body",
                        "eight_bit_undeclared", "bare_cr", "nul"), ("sign", "skip", "reject"))}
SETTINGS = 6  # daemons
MESSAGES = 16  # of each
LONG_NAME = "X-" + "n" * 58
MANY = {"To": (985, 1002), "Sender": (985, 1002), "List-Post": (985, 1002), "X-Whose": (985, 1002),
        LONG_NAME: (908, 925)}  # {field: so many that a signature may name them all, or not}
CROWDS = 10  # messages with many fields, of each

_numbers = itertools.count(1)


def make_organization(draw, name, rules):
    """One that has some things otherwise, or all as all have them; never fallback without somebody to fall back on."""
    rules |= draw.choice([{}, {"sender_header": "mailer@esp.example"}])
    own = {"also_sign": draw.choice([["esp.example"], ["default"], ["a.example", "esp.example"]]),
           "unverified_domain": draw.choice(["default", "accept", "fallback", "tempfail", "reject"])}
    if draw.choice([False, True]):
        own = draw.choice([{}, {"also_sign": [], "unverified_domain": draw.choice(["accept", "reject"])}])
    return {"name": name, **rules, **own}


def make_settings(draw):
    return {
        "trusted_networks": ["192.0.2.0/24", "127.0.0.0/8"],
        "header_max_bytes": draw.choice(["4KiB", "1MiB", "1MiB"]),
        "stamp_header": draw.choice(["", "X-Whose"]),
        "signed_fields": {"add": [LONG_NAME]},
        "outbound_daemon_names": ["ACME"],
        "organizations": [make_organization(draw, "acme", {"daemon_names": ["ACME"], "logins": ["joe"]}),
                          make_organization(draw, "beta", {"networks": [TRUSTED]})],
        "organization_header": {"name": "X-Org", "networks": [APPLICATION]},
        "login_domains": [{"login": "joe", "domains": ["a.example", ".a.example"]}],
        "login_violation": draw.choice(["reject", "accept"]),
        "identity": draw.choice([["header-from"], ["header-from", "envelope-from"],
                                 ["envelope-from", "header-from"], ["envelope-from"]]),
        "identity_use": draw.choice(["first", "all"]),
        "also_sign": draw.choice([["esp.example"], ["late.example"], ["esp.example", "a.example"]]),
        "unverified_domain": draw.choice(["accept", "fallback", "tempfail", "reject"]),
        "fit": {name: draw.choice(actions) for name, actions in FIT.items()},
    }


@pytest.fixture(scope="module")
def make_daemon(signetd):
    @functools.cache
    def make(seed):
        daemon = signetd(False, settings=make_settings(random.Random(seed)))
        for org, domain, *arguments in (
                ("main", "a.example", "--match", "DomainAndSubdomains"), ("main", "esp.example"),
                ("main", "esp.example", "--algorithm", "ed25519-sha256"),
                ("acme", "a.example"), ("acme", "b.example"), ("beta", "b.example"),
                ("beta", "xn--bcher-kva.example")):
            daemon.have_key(domain, "--org", org, *arguments)
        return daemon
    return make


def make_header(draw):
    def sender():
        return f"x@{draw.choice(DOMAINS)}"

    senders = draw.choices([[sender()], [sender(), sender()], ["x@[192.0.2.1]", sender()], ["nobody"]],
                           [9, 3, 1, 1])[0]
    froms = draw.choices([1, 0, 2], [12, 1, 1])[0]
    more = draw.choices([[("Subject", " again")], [("References", f" {'w' * 1200}")], [("Comments", " Grüße")],
                         [("Comments", " a\rb")], [("X-Org", f" {draw.choice([*ORGS, 'not a name'])}")],
                         [("X-Org", " beta")] * 2, [("X-Long", f" {'w' * 900}")] * 5], [2, 1, 1, 1, 4, 1, 1],
                        k=draw.choice([0, 0, 1, 2]))
    mime = [("MIME-Version", " 1.0")] * draw.choice([0, 1])
    return [("From", f" {', '.join(senders)}")] * froms + [("Subject", " x"), *mime, *itertools.chain(*more)]


def make_body(draw):
    lines = draw.choices(["Hello.", "w" * 1200, "Grüße", "a\rb", "a\0b"], [8, 1, 1, 1, 1],
                         k=draw.choice([0, 1, 2]))
    return "".join(f"{line}\r\n" for line in lines)


def make_origin(draw):
    """What explain, try and a mail server are told besides the message."""
    return {"smtputf8": draw.choice([False, False, True]), "client": draw.choice([TRUSTED, APPLICATION, OUTSIDE, "127.0.0.1"]),
            "login": draw.choice(["", "", "joe", "ann"]), "daemon_name": draw.choice(["ACME", "MTA"]),
            "sender": draw.choice(["", *(f"y@{domain}" for domain in DOMAINS if domain.isascii())])}


def ask_milter(daemon, header, body, origin):
    queue_id = f"ONE{next(_numbers)}"
    macros = {"{auth_authen}": origin["login"]} if origin["login"] else {}
    sender = f"<{origin['sender']}>" + ("\0SMTPUTF8" if origin["smtputf8"] else "")
    with Connection(daemon.milter_socket, client=origin["client"], daemon_name=origin["daemon_name"]) as connection:
        reply = connection.open_message(sender, header, body.encode(), queue_id, macros)
        reply = reply or connection.end_message()
    return reply, fields(daemon.wait_for_log(rf"\bqueue_id={queue_id} "))


def options(origin):
    login = ["--login", origin["login"]] if origin["login"] else []
    return ["--client", origin["client"], *login, "--daemon-name", origin["daemon_name"],
            "--envelope-from", f"<{origin['sender']}>", *(["--smtputf8"] if origin["smtputf8"] else [])]


def assert_one_answer(daemon, header, body, origin):
    """The fields of the milter's line."""
    message = "".join(f"{name}:{value}\r\n" for name, value in header) + "\r\n" + body

    reply, line = ask_milter(daemon, header, body, origin)
    done = daemon.ctl("try", "-", *options(origin), check=False, input=message)
    answer = daemon.ctl("explain", "-", *options(origin), check=False, input=message)

    signs = [(key["domain"], key["selector"], key["algorithm"], key["id"]) for key in answer["keys"]]
    assert (answer["decision"], answer["reason"]) == (line["decision"][0], line["reason"][0])
    if answer["decision"] == "sign":
        assert signs == list(zip(*(line.get(name, []) for name in ("d", "s", "a", "key")), strict=True))
        assert answer["fit"] == line.get("fit", [None])[0]
    else:
        assert signs == []
    if line["reason"][0] not in ("not-ours", "header-too-large"):
        assert answer["org"] == line["org"][0]
        # a message that its header ends is not read on
        assert set(line.get("fit", [""])[0].split(",")) <= {"", *(answer["fit"] or "").split(",")}
    assert answer["flaws"] == re.findall(r"(?:^|,)([^,:=]+)", answer["fit"] or "")
    if answer["code"]:
        assert reply.text == f"{answer['code']} {answer['enhanced_code']} {answer['text']}"
    assert done["explain"] == answer
    assert (done["reply"], done["text"] or "") == (reply.verdict.replace("continue", "accept"), reply.text)
    assert [change["name"] for change in done["changes"] if change["value"]] == [name for name, _ in reply.inserted]
    return line


@pytest.mark.parametrize("seed", range(SETTINGS * MESSAGES))
def test_the_milter_explain_and_try_agree(make_daemon, seed):
    draw = random.Random(f"message {seed}")
    assert_one_answer(make_daemon(seed % SETTINGS), make_header(draw), make_body(draw), make_origin(draw))


@pytest.mark.parametrize("seed", range(SETTINGS * CROWDS))
def test_they_agree_on_what_a_signature_can_name(make_daemon, seed):
    draw = random.Random(f"crowd {seed}")
    name = draw.choice(list(MANY))
    header = make_header(draw) + [(name, " x@esp.example")] * draw.randrange(*MANY[name])
    assert_one_answer(make_daemon(seed % SETTINGS), header, make_body(draw), make_origin(draw))


@pytest.fixture(scope="module")
def roomy(signetd):
    """{field that is written when mail is signed, or none: a daemon}"""
    made = {}
    for written, settings in ((None, {}), ("X-Whose", {"stamp_header": "X-Whose"}), ("Sender", {"organizations": [
            {"name": "acme", "networks": ["127.0.0.0/8"], "sender_header": "mailer@esp.example"}]})):
        made[written] = signetd(False, settings={"signed_fields": {"add": [LONG_NAME]}, **settings})
        made[written].create_key("a.example", "--org", "acme" if written == "Sender" else "main")
    return made


ALONE = {"client": "127.0.0.1", "login": "", "daemon_name": "MTA", "sender": "x@a.example", "smtputf8": False}
# From twice, Reply-To, Subject, Cc once, To once or, being there, once more; and what is written, twice
MOST = {(None, "To"): 1000 - 6, ("X-Whose", "To"): 1000 - 8, ("Sender", "To"): 1000 - 8,
        (None, "Sender"): 1000 - 7, ("X-Whose", "List-Post"): 1000 - 8, (None, LONG_NAME): 921}  # 59,000 octets


@pytest.mark.parametrize("written, name", MOST)
def test_one_field_more_is_too_many_for_both(roomy, written, name):
    for count, reason in ((MOST[written, name], "signed"), (MOST[written, name] + 1, "header-too-large")):
        header = [("From", " x@a.example")] + [(name, " x@a.example")] * count
        assert assert_one_answer(roomy[written], header, "", ALONE)["reason"] == [reason]


@pytest.mark.parametrize("written", ["X-Whose", "Sender"])
def test_what_is_replaced_does_not_count(roomy, written):
    header = [("From", " x@a.example")] + [(written, " x@a.example")] * 1200
    assert assert_one_answer(roomy[written], header, "", ALONE)["reason"] == ["signed"]


def test_a_rule_more_is_told_of_a_message_that_cannot_be_signed(roomy, place):
    message = place() / "message"
    message.write_text("From: x@a.example\n" + "To: x@a.example\n" * 1200 + "\n")
    done = roomy[None].run_ctl("explain", message, style=())
    assert done.returncode == 1
    assert "reject (header-too-large)" in done.stdout and "\n  signing=header-too-large\n" in done.stdout
