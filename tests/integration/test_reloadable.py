# SPDX-License-Identifier: ISC
"""Each setting of which the sample file says that a reload applies it, changed by one, has its effect."""

import datetime
import re
import signal
from contextlib import ExitStack, contextmanager

import pytest
from support.daemon import NO_RESOLVER
from support.mta import NO_REPLY, Connection
from support.servers import REPOSITORY
from support.torture import field as header_field
from support.torture import mail
from support.wait import wait_until

ALICE = ("From", " alice@example.com")
USUAL = [ALICE, ("Subject", " Hello")]
MIME = [*USUAL, ("MIME-Version", " 1.0"), ("Content-Type", " text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", " 8bit")]
LOGGED_IN = {"{auth_authen}": "alice", "{auth_type}": "PLAIN"}
ACME = {"name": "acme"}
FAR_AWAY = "192.0.2.7"


def field(name):
    return lambda fields, reply: fields[name]


def put_in(fields, reply):
    return [(name, value) for name, value in reply.inserted if name != "DKIM-Signature"]


def signatures(fields, reply):
    return len(reply.inserted)


def tag(name):
    return lambda fields, reply: re.search(rb"\b%s=([^;]*)" % name.encode(), reply.inserted[0][1])[1]


def covers(name):
    return lambda fields, reply: tag("h")(fields, reply).lower().count(name.encode())


def message(header=USUAL, body=b"Hello\r\n", sender="<alice@example.com>", macros=(), **connection):
    return {"header": header, "body": body, "sender": sender, "macros": macros}, connection


def fit(action, header=USUAL, body=b"Hello\r\n"):
    """Mail with a flaw, that was signed, or else as the setting is by default."""
    return {}, action, message(header, body), field("decision")


BY_NETWORK = {"networks": ["127.0.0.1"]}
WITH_FIELD = {"organizations": [ACME]}
OF_ACME = message([*USUAL, ("X-Org", " acme")])

# {setting: (settings before and after, its other value, a message, what is seen of it, before, after)}
MAIL = {
    "trusted_networks": ({}, [FAR_AWAY], message(), field("reason"), "signed", "not-ours"),
    "outbound_daemon_names": ({"trusted_networks": [FAR_AWAY]}, ["OUT"], message(daemon_name="OUT"), field("reason"),
                              "not-ours", "signed"),
    "login_violation": ({"login_domains": [{"login": "*", "domains": ["other.example"]}]}, "accept",
                        message(macros=LOGGED_IN), field("decision"), "reject", "skip"),
    "identity": ({}, ["envelope-from"], message([("From", " bob@nobody.example")]), field("reason"), "no-key", "signed"),
    "identity_use": ({"identity": ["header-from", "envelope-from"]}, "all", message(sender="<x@esp.example>"),
                     signatures, 1, 2),
    "also_sign": ({}, ["esp.example"], message(), signatures, 1, 2),
    "unverified_domain": ({}, "reject", message([("From", " bob@nobody.example")]), field("decision"), "skip",
                          "reject"),
    "canonicalization": ({}, "simple/simple", message(), tag("c"), b"relaxed/relaxed", b"simple/simple"),
    "header_max_bytes": ({}, "4KiB", message([*USUAL, ("X-Large", " " + "x" * 5000)]), field("reason"), "signed",
                         "header-too-large"),
    "header_max_fields": ({}, 20, message([*USUAL, *[("X-Many", " x")] * 20]), field("reason"), "signed",
                          "header-too-large"),
    "connections_max": None,  # a test of its own, as all that are None
    "messages_max_bytes": None,
    "stamp_header": ({}, "X-Organization", message([*USUAL, ("X-Organization", " forged")]), put_in, [],
                     [("X-Organization", b" main")]),
    "vault_timeout": None,
    "drain_timeout": None,
    "heartbeat_timeout": None,
    "allow_without_dns_check": None,
    "fit.line_max": ({"fit": {"long_header_line": "skip"}}, 100, message([*USUAL, ("X-Long", " " + "x" * 200)]),
                     field("decision"), "sign", "skip"),
    "fit.no_from": (*fit("reject", [("Subject", " Hello")]), "skip", "reject"),
    "fit.several_from": (*fit("skip", [ALICE, *USUAL]), "reject", "skip"),
    "fit.duplicate_field": (*fit("skip", [*USUAL, ("Subject", " again")]), "sign", "skip"),
    "fit.long_header_line": (*fit("skip", [*USUAL, ("X-Long", " " + "x" * 2000)]), "sign", "skip"),
    "fit.long_body_line": (*fit("skip", body=b"x" * 2000 + b"\r\n"), "sign", "skip"),
    "fit.eight_bit_header": (*fit("skip", [ALICE, ("Subject", " Grüße")]), "sign", "skip"),
    "fit.eight_bit_body": (*fit("skip", MIME, "Grüße\r\n".encode()), "sign", "skip"),
    "fit.eight_bit_undeclared": (*fit("skip", body="Grüße\r\n".encode()), "sign", "skip"),
    "fit.bare_cr": (*fit("skip", body=b"a\rb\r\n"), "sign", "skip"),
    "fit.bare_lf": (*fit("skip", body=b"a\nb\r\n"), "sign", "skip"),
    "fit.nul": (*fit("skip", body=b"a\0b\r\n"), "sign", "skip"),
    "signed_fields.add": ({}, ["X-Mine"], message([*USUAL, ("X-Mine", " x")]), covers("x-mine"), 0, 1),
    "signed_fields.oversign": ({}, ["X-Mine"], message([*USUAL, ("X-Mine", " x")]), covers("x-mine"), 0, 2),
    "signed_fields.remove": ({}, ["Subject"], message(), covers("subject"), 2, 0),
    "organizations.name": ({"organizations": [{**ACME, **BY_NETWORK}]}, [{"name": "emca", **BY_NETWORK}], message(),
                           field("org"), "acme", "emca"),
    "organizations.listeners": ({"organizations": [ACME]}, [{**ACME, "listeners": ["submission"]}], message(),
                                field("org"), "main", "acme"),
    "organizations.daemon_names": ({"organizations": [ACME]}, [{**ACME, "daemon_names": ["OUT"]}],
                                   message(daemon_name="OUT"), field("org"), "main", "acme"),
    "organizations.logins": ({"organizations": [ACME]}, [{**ACME, "logins": ["alice"]}], message(macros=LOGGED_IN),
                             field("org"), "main", "acme"),
    "organizations.networks": ({"organizations": [ACME]}, [{**ACME, **BY_NETWORK}], message(),
                               field("org"), "main", "acme"),
    "organizations.also_sign": ({"organizations": [{**ACME, **BY_NETWORK}], "also_sign": ["esp.example"],
                                 "unverified_domain": "fallback"},
                                [{**ACME, **BY_NETWORK, "also_sign": ["example.com"]}],
                                message([("From", " bob@nobody.example")]), tag("d"), b"esp.example", b"example.com"),
    "organizations.envelope_sender": None,  # test_rights.py
    "organizations.sender_header": (
        {"organizations": [{"name": "main"}]}, [{"name": "main", "sender_header": "m@esp.example"}],
        message([*USUAL, ("Sender", " x@example.com")]), put_in, [], [("Sender", b" m@esp.example")]),
    "organizations.unverified_domain": (
        {"organizations": [{**ACME, **BY_NETWORK}]}, [{**ACME, **BY_NETWORK, "unverified_domain": "reject"}],
        message([("From", " bob@nobody.example")]), field("decision"), "skip", "reject"),
    "organization_header.name": ({**WITH_FIELD, "organization_header": {**BY_NETWORK, "name": "X-A"}}, "X-Org", OF_ACME,
                                 field("org"), "main", "acme"),
    "organization_header.networks": ({**WITH_FIELD, "organization_header": {"networks": [FAR_AWAY], "name": "X-Org"}},
                                     ["127.0.0.1"], OF_ACME, field("org"), "main", "acme"),
    "login_domains.login": ({"login_domains": [{"login": "bob", "domains": ["other.example"]}]},
                            [{"login": "alice", "domains": ["other.example"]}], message(macros=LOGGED_IN),
                            field("reason"), "signed", "login-domain"),
    "login_domains.domains": ({"login_domains": [{"login": "alice", "domains": ["example.com"]}]},
                              [{"login": "alice", "domains": ["other.example"]}], message(macros=LOGGED_IN),
                              field("reason"), "signed", "login-domain"),
}

# What signetd-dns has of them it has from its start: {setting: the settings with another value}.
DNS = {
    "dns.resolvers": {"dns": {"resolvers": ["127.0.0.9@9"]}},
    "dns.timeout": {"dns": {"resolvers": [NO_RESOLVER], "timeout": "1s"}},
    "provider_zone.name": {"provider_zone": {"name": "k.example"}},
    "provider_zone.server": {"provider_zone": {"name": "keys.example", "server": "127.0.0.8", "tsig_key_file": "KEY"}},
    "provider_zone.tsig_key_file": {"provider_zone": {"name": "keys.example", "server": "127.0.0.9",
                                                      "tsig_key_file": "OTHER"}},
}

# What the keeper tells of a key that signs, and of a deleted one, moves by as much, without a message or another call
# between: {setting: (its other value, what moves, by how many hours)}
HOURS = {
    "rotation.every": ("180d", "next_rotation_at", 90 * 24),
    "rotation.retire_after": ("30d", "gone_at", 16 * 24),
    "rotation.margin": ("25h", "gone_at", 24),
}
# These only say which retire_after is too short: {setting: (a rotation that is refused, its value with which it is not)}
FITS = {
    "rotation.queue_life": ({"retire_after": "8d"}, "0s"),
    "rotation.signature_life": ({"retire_after": "6d"}, "0s"),
}
ROTATION = {**HOURS, **FITS}

KEEPER = {"provider_zone.ttl": None}


def reloadable():
    """Of the sample file, with the names of their groups."""
    group, found, names = "", [], []
    for line in (REPOSITORY / "conf/signetd.conf").read_text().splitlines():
        bare = line.lstrip("#\t ")
        if re.match(r"(#? ?)\w+ = ?([({]|$)", line) and not line.startswith(("\t", "# \t", "#\t")):
            group = bare.split(" ")[0]
        elif re.match(r"(# ?)?[})]", line):
            group = ""
        if bare == "A reload applies it.":
            found.append(group)
        elif found and len(names) < len(found) and (name := re.match(r"(\w+) = ", bare)):
            names.append(f"{group}.{name[1]}" if group else name[1])
    return names


def test_each_reloadable_setting_has_its_row():
    assert sorted(reloadable()) == sorted([*MAIL, *DNS, *ROTATION, *KEEPER])


@pytest.fixture(scope="module")
def house(as_root, signetd):
    """A daemon with keys of main and of acme and emca, and what it is configured with."""
    daemon = signetd(as_root, settings={}, listener={"name": "submission"})
    daemon.have_key("example.com")
    daemon.have_key("esp.example")
    return daemon


def reload(daemon, **settings):
    """Of what the tests give: these settings alone."""
    daemon.configure(**{**dict.fromkeys(_names()), **settings})
    daemon.ctl("reload")


def _names():
    return {name.partition(".")[0] for name in [*MAIL, *ROTATION, *KEEPER, *DNS]} - {"dns"}


def with_value(settings, setting, value):
    group, _, name = setting.rpartition(".")
    if not group or isinstance(value, list) and isinstance(value[0], dict):
        return {**settings, group or name: value}
    return {**settings, group: {**settings.get(group, {}), name: value}}


count = iter(range(1, 1000))


def seen(daemon, sent, look):
    said, connection_options = sent
    queue_id = f"Q{next(count)}"
    with Connection(daemon.milter_socket, **connection_options) as connection:
        reply = connection.open_message(**said, queue_id=queue_id) or connection.end_message()
    line = daemon.wait_for_log(f"queue_id={queue_id} ")
    return look(dict(re.findall(r"(\w+)=(\S+)", line)), reply)


@pytest.mark.parametrize("setting", [name for name, row in MAIL.items() if row])
def test_mail_goes_by_another_value(house, setting):
    settings, value, sent, look, before, after = MAIL[setting]
    reload(house, **settings)
    assert seen(house, sent, look) == before

    reload(house, **with_value(settings, setting, value))

    assert seen(house, sent, look) == after


def test_another_vault_timeout_is_how_long_the_next_message_waits(house):
    reload(house, vault_timeout="60s")
    reload(house, vault_timeout="100ms")
    with house.frozen("vault"):
        assert seen(house, message(), field("reason")) == "vault-timeout"  # before anybody lost his patience


def test_another_drain_timeout_is_how_long_a_stop_waits(as_root, signetd):
    daemon = signetd(as_root, settings={"drain_timeout": "10m"})
    daemon.have_key("example.com")
    daemon.configure(drain_timeout="300ms")
    daemon.ctl("reload")
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        daemon.ask_to_stop()
        assert daemon.wait_for_exit() == 0
    daemon.wait_for_log("stopping with open messages=1")


def test_another_connections_max_is_that_of_who_comes_next(as_root, signetd):
    daemon = signetd(as_root, settings={"connections_max": 8}, listener={"processes": 1})
    daemon.create_key("example.com")
    with ExitStack() as served:
        def is_let_in():  # who is not is told at the first reply, which he has to be given
            with Connection(daemon.milter_socket) as connection:
                return bool(connection.steps & NO_REPLY["C"])
        crowd = [served.enter_context(Connection(daemon.milter_socket)) for _ in range(8)]
        assert not is_let_in()

        reload(daemon, connections_max=9)
        wait_until(is_let_in, "a ninth")
        reload(daemon, connections_max=8)
        assert not is_let_in()
        assert crowd[0].open_message() is None and crowd[0].end_message().inserted, "they stay who were there"


LARGE = [*USUAL, *[("X-Large", " " + "x" * 900)] * 60]  # over the 32 KiB that each may have
SMALL_HEADERS = {"header_max_bytes": "64KiB", "header_max_fields": 100}


def test_another_messages_max_bytes_is_what_large_headers_may_have_from_then_on(as_root, signetd):
    daemon = signetd(as_root, settings=SMALL_HEADERS, listener={"processes": 1})
    daemon.create_key("example.com")

    def reason():
        return seen(daemon, message(LARGE), field("reason"))
    with ExitStack() as stack:
        for _ in range(100):
            one = stack.enter_context(Connection(daemon.milter_socket))
            one.send_raw(mail() + b"".join(header_field(*line) for line in LARGE))
        assert reason() == "signed"
        reload(daemon, **SMALL_HEADERS, messages_max_bytes="1MiB")
        wait_until(lambda: reason() == "overload", "the others to have it all")
        reload(daemon, **SMALL_HEADERS, messages_max_bytes="256MiB")
        assert reason() == "signed"


def test_another_heartbeat_timeout_is_how_long_a_stuck_program_may_take(house):
    reload(house, heartbeat_timeout="0s")
    reload(house, heartbeat_timeout="1s")
    stopped = house.kill("vault", signal.SIGSTOP)
    house.wait_for_log(f"pid={stopped} killed: no heartbeat")
    house.wait_for_successor("vault", of=stopped)
    wait_until(lambda: house.answers() and seen(house, message(), field("reason")) == "signed", "a signature")
    reload(house)


def test_activation_without_a_look_can_be_switched_off(house):
    key = house.create_key("unseen.example", activate=False)
    reload(house, allow_without_dns_check=False)
    assert house.run_ctl("key", "activate", key["id"], "--without-dns-check").returncode == 1
    reload(house, allow_without_dns_check=True)
    assert house.run_ctl("key", "activate", key["id"], "--without-dns-check").returncode == 0


@contextmanager
def new_dns(daemon):
    before, = daemon.pids()["dns"]
    yield
    daemon.wait_for_successor("dns", of=before)
    wait_until(daemon.answers, lambda: f"all to be ready:\n{daemon.log}")


@pytest.mark.parametrize("setting", DNS)
def test_signetd_dns_starts_again_for_another_value(house, place, setting):
    files = {name: place() / name for name in ("KEY", "OTHER")}
    for name, path in files.items():
        path.write_text(f'key "{name}" {{ algorithm hmac-sha256; secret "YWJj"; }};\n')
        path.chmod(0o644)

    def named(settings):
        return {group: {name: str(files.get(value, value)) if isinstance(value, str) else value
                        for name, value in values.items()} for group, values in settings.items()}
    reload(house, **named({"dns": {"resolvers": [NO_RESOLVER]}, "provider_zone": {
        "name": "keys.example", "server": "127.0.0.9", "tsig_key_file": "KEY"}}))
    wait_until(house.answers, lambda: f"all to be ready:\n{house.log}")
    with new_dns(house):
        reload(house, **named({"dns": {"resolvers": [NO_RESOLVER]}, **DNS[setting]}))


def test_another_provider_zone_is_that_of_the_next_key(house):
    reload(house, provider_zone={"name": "one.example"})
    assert house.create_key("first.example", activate=False)["txt_record_name"].endswith(".one.example")
    reload(house, provider_zone={"name": "two.example", "ttl": "2h"})
    assert house.create_key("second.example", activate=False)["txt_record_name"].endswith(".two.example")
    lines = [record["zone"] for record in house.ctl("zone")["records"]]
    assert lines and all(" 7200 " in line.replace("\t", " ") for line in lines), lines


@pytest.fixture(scope="module")
def live_and_deleted(as_root, signetd):
    """A daemon, a key that signs and one that is deleted and waits for the mail it signed, and their usual times."""
    daemon = signetd(as_root)
    live, deleted = daemon.create_key("live.example"), daemon.create_key("deleted.example")
    daemon.ctl("key", "deactivate", deleted["id"])

    def has_begun():
        return daemon.ctl("key", "show", deleted["id"])["safe_to_remove_at"]
    wait_until(has_begun, lambda: f"the views to hold that nobody signs with it:\n{daemon.log}")
    daemon.ctl("key", "delete", deleted["id"])
    keys = {"next_rotation_at": live, "gone_at": deleted}
    return daemon, keys, {name: told(daemon, key, name) for name, key in keys.items()}


def told(daemon, key, name):
    text = daemon.ctl("key", "show", key["id"]).get(name)
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def reload_rotation(daemon, rotation):
    daemon.configure(rotation=rotation)
    return daemon.run_ctl("reload", style=())


def comes_to_say(daemon, key, name, expected):
    wait_until(lambda: told(daemon, key, name) == expected,
               lambda: f"{name} {expected}, it is {told(daemon, key, name)}:\n{daemon.log}")


@pytest.mark.parametrize("setting", HOURS)
def test_the_times_of_a_key_are_those_of_another_rotation(live_and_deleted, setting):
    daemon, keys, usual = live_and_deleted
    value, name, hours = HOURS[setting]
    assert reload_rotation(daemon, {}).returncode == 0
    comes_to_say(daemon, keys[name], name, usual[name])

    assert reload_rotation(daemon, {setting.partition(".")[2]: value}).returncode == 0

    comes_to_say(daemon, keys[name], name, usual[name] + datetime.timedelta(hours=hours))


def test_what_rotates_by_hand_only_is_due_at_no_time(live_and_deleted):
    daemon, keys, usual = live_and_deleted
    for rotation, expected in (({}, usual["next_rotation_at"]), ({"every": "0s"}, None)):
        assert reload_rotation(daemon, rotation).returncode == 0
        comes_to_say(daemon, keys["next_rotation_at"], "next_rotation_at", expected)


@pytest.mark.parametrize("setting", FITS)
def test_what_another_rotation_may_be_is_said_by_it(live_and_deleted, setting):
    daemon, *_ = live_and_deleted
    refused, value = FITS[setting]
    done = reload_rotation(daemon, refused)
    assert done.returncode == 1 and "rotation.retire_after" in done.stderr
    assert reload_rotation(daemon, {**refused, setting.partition(".")[2]: value}).returncode == 0


@pytest.mark.parametrize("values", [{"queue_life": "12d"}, {"signature_life": "12d"}, {"every": "1d"},
                                    {"margin": "7d", "every": "15d"}])
def test_a_rotation_that_does_not_fit_together_is_refused(house, values):
    reload(house)
    house.configure(rotation=values)
    assert house.run_ctl("reload", style=()).returncode == 1
    reload(house)
