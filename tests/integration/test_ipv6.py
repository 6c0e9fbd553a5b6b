# SPDX-License-Identifier: ISC
"""Name servers and resolvers over IPv6, and what there is of it where it does not work."""

import json

import pytest
from support.wait import wait_until

RESOLVER = "::1@53"
LONG = 3600  # seconds: longer than any test
NOBODYS = {  # addresses to which no server answers, and what a route makes of them
    "2001:db8:1::53": None,  # no way leads there
    "2001:db8:2::53": "unreachable",
    "2001:db8:3::53": "prohibit",
}


@pytest.fixture(scope="module")
def routes(internet):
    """What the network makes of the addresses of nobody."""
    for address, kind in NOBODYS.items():
        if kind:
            done = internet.run(["ip", "-6", "route", "replace", kind, f"{address}/128"])
            assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def daemon(signetd, internet):
    return signetd(internet=internet, settings={"dns": {"resolvers": [RESOLVER]}})


def publish(daemon, domain, zone, **options):
    """A key of the domain, and its zone with the records."""
    key = daemon.create_key(domain, "--algorithm", "ed25519-sha256", activate=False)
    records = daemon.ctl("records", key["id"])["records"]
    return key, zone(domain, {record["name"]: record["value"] for record in records}, **options)


def check(daemon, key):
    """The exit code, and the slots."""
    done = daemon.run_ctl("key", "check", key["id"])
    assert done.stdout, f"exit {done.returncode}: {done.stderr}\n{daemon.log}"
    return done.returncode, json.loads(done.stdout)["slots"]


def assert_published(daemon, key):
    """By both slots; what the primary one's sentence says, and what was seen of it."""
    code, slots = check(daemon, key)
    assert (code, [slot["code"] for slot in slots]) == (0, ["published"] * 2), slots
    return slots[0]["sentence"], "\n".join(slots[0]["seen"])


@pytest.mark.parametrize("kind", ["bind", "knot", "scripted"])
def test_servers_that_have_ipv6_alone_are_asked(daemon, zone, kind):
    key, made = publish(daemon, f"alone-{kind}.example", zone, kind=kind, servers=2, ipv6=True)

    sentence, seen = assert_published(daemon, key)

    for number, server in enumerate(made.servers, 1):
        assert f"ns{number}.alone-{kind}.example ({server.address})" in seen, seen
    assert seen.startswith("::1: ")
    assert ";" not in sentence, "nobody was silent"


def test_large_answers_come_over_tcp(daemon, zone):
    key, made = publish(daemon, "tcp.example", zone, kind="scripted", ipv6=True)
    server, = made.servers
    server.misbehave("truncated")

    assert_published(daemon, key)

    assert {"udp", "tcp"} <= {query["over"] for query in server.queries}


def test_servers_of_both_kinds_may_disagree(daemon, zone, internet):
    key, made = publish(daemon, "both.example", zone, kind=["bind", "knot"], ipv6=[False, True])
    made.servers[1].remove(daemon.ctl("records", key["id"])["records"][0]["name"])
    internet.resolver.flush()

    slot = check(daemon, key)[1][0]

    assert slot["code"] == "servers-disagree"
    assert "ns2.both.example" in slot["sentence"], slot


@pytest.mark.parametrize("how", ["stop", "freeze"])
def test_a_server_that_is_away_by_ipv6_fails_nobody(daemon, zone, how):
    key, made = publish(daemon, f"{how}.example", zone, kind=["bind", "bind"], ipv6=[False, True])
    getattr(made.servers[1], how)()

    sentence, _ = assert_published(daemon, key)

    assert f"ns2.{how}.example" in sentence, "its silence is told"


@pytest.mark.parametrize("address", NOBODYS, ids=[str(kind) for kind in NOBODYS.values()])
def test_an_address_to_which_no_way_leads_fails_nobody(daemon, zone, routes, address):
    """The name server has an address of each kind, and works by the one."""
    domain = f"no-{NOBODYS[address] or 'route'}.example"
    key, made = publish(daemon, domain, zone)
    made.publish(f"ns1.{domain}", address, "AAAA")

    sentence, seen = assert_published(daemon, key)

    assert f"ns1.{domain} ({made.servers[0].address})" in seen
    is_told = NOBODYS[address] is not None
    assert (f"ns1.{domain} ({address})" in sentence) == is_told, "where there is no way at all, nothing can be said"


def test_where_all_servers_have_an_ipv6_that_we_have_not_the_resolver_decides(daemon, zone, internet):
    key, made = publish(daemon, "theirs.example", zone)
    records = daemon.ctl("records", key["id"])["records"]
    for record in records:
        made.publish(record["name"], record["value"], ttl=LONG)
        internet.resolver.flush()
    made.servers[0].update("update delete ns1.theirs.example. A\n"
                           f"update add ns1.theirs.example. {LONG} AAAA 2001:db8:1::53")
    internet.resolver.flush()
    assert internet.text(records[0]["name"]) and internet.text(records[1]["name"]), "it remembers from now on"
    for kind in ("A", "AAAA"):
        internet.dig(kind, "ns1.theirs.example")
    for record in records:
        internet.dig("NS", record["name"])

    sentence, _ = assert_published(daemon, key)

    assert "the name servers of theirs.example could not be found" in sentence


def test_a_provider_zone_may_be_updated_over_ipv6(zone, place, signetd, internet):
    made = zone("keys6.example.net", ipv6=True)
    key_file = place() / "tsig.key"
    key_file.write_text(made.tsig_key_file.read_text())
    key_file.chmod(0o644)
    daemon = signetd(internet=internet, settings={"dns": {"resolvers": [RESOLVER]}, "provider_zone": {
        "name": made.name, "server": made.servers[0].endpoint, "tsig_key_file": str(key_file), "ttl": "1s"}})
    key = daemon.create_key("example.com", activate=False)

    wait_until(lambda: daemon.ctl("key", "show", key["id"])["txt_records_publish_state"] == "published",
               lambda: f"{key['id']} to be published:\n{daemon.log}")

    assert internet.text(key["txt_record_name"]) == f"v=DKIM1; k=rsa; p={key['public_key']}"


def test_a_resolver_over_ipv4_takes_over_from_one_that_is_not_there(signetd, zone, internet, routes):
    """The first of the resolvers is at an address of IPv6 to which no way leads."""
    daemon = signetd(internet=internet, settings={"dns": {"resolvers": ["2001:db8:1::53", "127.0.0.1"]}})
    key, _ = publish(daemon, "second-resolver.example", zone)

    _, seen = assert_published(daemon, key)

    assert seen.startswith("127.0.0.1: ")
