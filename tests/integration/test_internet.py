# SPDX-License-Identifier: ISC
"""The small Internet itself, without signetd: what its servers say is seen by dig(1) and by a plain socket, so that a
test of the DNS check can rely on it."""

import json
import os
import pathlib
import subprocess

import dns.flags
import dns.message
import pytest
from support import dnskey, samples, tsig
from support.internet import Internet
from support.misbehaviour import MISBEHAVIOURS
from support.mta import Connection
from support.place import short_directory
from support.verify import Judges

REAL = ("bind", "knot")
KINDS = (*REAL, "scripted")
LONG = 3600  # seconds: longer than any test
UNANSWERED = "timed out"


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def status(answer):
    """The RCODE that dig(1) printed."""
    return answer.partition("status: ")[2].partition(",")[0]


def flags(answer):
    return answer.partition(";; flags: ")[2].partition(";")[0].split()


def shown(answer):
    """The records that dig(1) printed: [(name, ttl, kind, data), ...]."""
    lines = [line.split(maxsplit=4) for line in answer.splitlines() if line and not line.startswith(";")]
    return [(name, int(ttl), kind, data) for name, ttl, _, kind, data in lines]


def kinds_shown(answer):
    return [kind for _, _, kind, _ in shown(answer)]


# Zones.

def test_what_a_zone_has_is_seen_through_the_resolver(internet, zone, kind):
    name = f"seen-{kind}.example"
    zone(name, {f"a.{name}": "one; two \"three\" \\four", f"b.{name}": ("CNAME", f"a.{name}")}, servers=2, kind=kind)

    assert internet.text(f"a.{name}") == internet.text(f"b.{name}") == "one; two \"three\" \\four"
    assert flags(internet.dig("TXT", f"a.{name}")) == ["qr", "rd", "ra"]


def test_a_zone_is_delegated_from_the_one_above(internet, zone, kind):
    name = f"cut-{kind}.example"
    above = zone(name, kind=kind)
    below = zone(f"s._domainkey.{name}", {f"s._domainkey.{name}": "below"}, servers=2)

    referral = internet.dig("+norecurse", "TXT", f"s._domainkey.{name}", server=above.servers[0].address)

    assert (status(referral), flags(referral)) == ("NOERROR", ["qr"])
    assert all(server.address in referral for server in below.servers), referral
    assert internet.text(f"s._domainkey.{name}") == "below"
    assert [(owner, kind) for owner, _, kind, _ in shown(internet.dig("SOA", f"s._domainkey.{name}"))] == [
        (f"s._domainkey.{name}.", "SOA")]


@pytest.mark.parametrize("name, code", [("nothing", "NXDOMAIN"), ("deep", "NOERROR"), ("x.deep", "NOERROR")])
def test_what_is_not_there_is_denied_with_the_time_to_remember_it(internet, zone, kind, name, code):
    apex = f"denied-{kind}.example"
    server, = zone(apex, {f"x.deep.{apex}": ("A", "192.0.2.1")}, kind=kind, negative_ttl=77).servers

    answer = internet.dig("+norecurse", "TXT", f"{name}.{apex}", server=server.address)

    assert (status(answer), flags(answer)) == (code, ["qr", "aa"])
    (owner, ttl, record, data), = shown(answer)
    assert (owner, ttl, record, data.split()[-1]) == (f"{apex}.", 77, "SOA", "77")


def test_a_name_of_another_zone_is_refused(internet, zone, kind):
    server, = zone(f"own-{kind}.example", kind=kind).servers

    assert status(internet.dig("+norecurse", "TXT", "elsewhere.example", server=server.address)) == "REFUSED"


def test_records_come_and_go(internet, zone, kind):
    name = f"a.change-{kind}.example"
    made = zone(f"change-{kind}.example", {name: "first"}, servers=2, kind=kind)

    def seen(kind="TXT"):
        internet.resolver.flush()
        return sorted(internet.dig("+short", kind, name).splitlines())

    made.publish(name, "second")
    assert seen() == ['"second"']
    made.add(name, ["third", "", "part"])
    assert seen() == ['"second"', '"third" "" "part"']
    made.remove(name)
    assert seen() == []
    made.publish(name, f"elsewhere.change-{kind}.example.", "CNAME")
    assert seen("CNAME") == [f"elsewhere.change-{kind}.example."]
    made.remove(name, "ANY")
    assert seen("CNAME") == []


@pytest.mark.parametrize("kind", REAL)
def test_a_real_server_that_would_ignore_a_change_is_noticed(zone, kind):
    name = f"a.ignored-{kind}.example"
    made = zone(f"ignored-{kind}.example", {name: "text"}, kind=kind)

    with pytest.raises(AssertionError, match="YXRRSET"):
        made.publish(name, "b.example", "CNAME")


@pytest.mark.parametrize("kind", REAL)
def test_the_key_of_a_zone_may_publish_and_nothing_else(internet, zone, place, kind):
    name = f"tsig-{kind}.example"
    made = zone(name, kind=kind)
    stranger = tsig.TsigKey(f"publication.{name}", tsig.tsig_key("x").secret).write(place() / "key")

    def update(key_file, record):
        script = f"server {made.servers[0].address}\nzone {name}\nupdate add {record}\nsend\n"
        return internet.run(["nsupdate", "-k", key_file], input=script.encode())

    assert update(made.tsig_key_file, f"a.{name}. 1 TXT x").returncode == 0
    assert update(made.tsig_key_file, f"b.{name}. 1 CNAME a.{name}.").returncode == 0
    assert internet.text(f"b.{name}") == "x"
    for key_file, record in [(made.tsig_key_file, f"c.{name}. 1 A 192.0.2.1"), (stranger, f"c.{name}. 1 TXT x")]:
        assert b"update failed" in update(key_file, record).stderr
    assert status(internet.dig("TXT", f"c.{name}")) == "NXDOMAIN"


def test_the_resolver_remembers_until_it_is_flushed(internet, zone, kind):
    apex = f"memory-{kind}.example"
    made = zone(apex, kind=kind, negative_ttl=LONG)
    made.publish(f"there.{apex}", "old", ttl=LONG)
    assert (internet.text(f"there.{apex}"), internet.text(f"late.{apex}")) == ("old", "")

    made.publish(f"there.{apex}", "new")
    made.publish(f"late.{apex}", "new")

    assert (internet.text(f"there.{apex}"), internet.text(f"late.{apex}")) == ("old", "")
    internet.resolver.flush()
    assert (internet.text(f"there.{apex}"), internet.text(f"late.{apex}")) == ("new", "new")


def test_what_is_published_without_a_zone_is_seen_at_once(internet):
    assert internet.text("s._domainkey.nobody.example") == ""
    internet.publish("s._domainkey.nobody.example", "x")
    assert internet.text("s._domainkey.nobody.example") == "x"
    internet.remove("s._domainkey.nobody.example")
    assert internet.text("s._domainkey.nobody.example") == ""


def test_a_zone_that_is_removed_is_gone(internet):
    made = internet.zone("gone.example", {"a.gone.example": "x"})
    assert internet.text("a.gone.example") == "x"

    internet.remove_zone(made)

    assert status(internet.dig("TXT", "a.gone.example")) == "NXDOMAIN"


# What real servers serve, however odd.

CHAIN = 20


@pytest.fixture
def odd(zone, kind):
    """A zone with all of it; its name, and its server."""
    apex = f"odd-{kind}.example"
    chain = {f"c{i}.{apex}": ("CNAME", f"c{i + 1}.{apex}") for i in range(CHAIN)}
    return apex, zone(apex, {
        **chain,
        f"c{CHAIN}.{apex}": "the end",
        f"loop1.{apex}": ("CNAME", f"loop2.{apex}"),
        f"loop2.{apex}": ("CNAME", f"loop1.{apex}"),
        f"twenty.{apex}": [("TXT", f"number {i}") for i in range(20)],
        f"empty.{apex}": ("TXT", ["", "a", "", "b", ""]),
        f"octets.{apex}": ("TXT", [bytes(range(256))[1:]]),
        f"big.{apex}": "x" * 60000,
    }, kind=kind).servers[0]


def test_a_long_chain_is_followed(internet, odd, kind):
    apex, server = odd
    hops = kinds_shown(internet.dig("+norecurse", "TXT", f"c0.{apex}", server=server.address)).count("CNAME")
    assert hops == {"bind": 12, "knot": 5, "scripted": CHAIN}[kind], "as far as this kind goes"
    assert kinds_shown(internet.dig("TXT", f"c{CHAIN - 5}.{apex}")) == ["CNAME"] * 5 + ["TXT"]


def test_a_loop_ends(internet, odd):
    apex, server = odd
    assert kinds_shown(internet.dig("+norecurse", "TXT", f"loop1.{apex}", server=server.address)) == ["CNAME"] * 2
    assert status(internet.dig("TXT", f"loop1.{apex}")) == "SERVFAIL"


def test_many_records_empty_strings_and_octets_arrive(internet, odd):
    apex, server = odd
    assert len(internet.dig("+short", "TXT", f"twenty.{apex}", server=server.address).splitlines()) == 20
    assert internet.dig("+short", "TXT", f"empty.{apex}", server=server.address) == '"" "a" "" "b" ""\n'
    assert internet.text(f"octets.{apex}") == "".join(map(chr, range(1, 256)))


def test_sixty_thousand_octets_come_over_tcp(internet, odd):
    apex, server = odd
    assert flags(internet.dig("+ignore", "+norecurse", "TXT", f"big.{apex}", server=server.address)) == [
        "qr", "aa", "tc"]
    assert internet.text(f"big.{apex}") == "x" * 60000


@pytest.mark.parametrize("kind", REAL)
def test_a_dname_makes_cnames(internet, zone, kind):
    zone(f"target-{kind}.example", {f"a.target-{kind}.example": "x"}, kind=kind)
    zone(f"dname-{kind}.example", {f"_domainkey.dname-{kind}.example": ("DNAME", f"target-{kind}.example")}, kind=kind)

    assert kinds_shown(internet.dig("TXT", f"a._domainkey.dname-{kind}.example")) == ["DNAME", "CNAME", "TXT"]


@pytest.mark.parametrize("others", ["TXT", "A"])
def test_a_scripted_server_has_others_beside_a_cname(internet, zone, others):
    apex = f"beside-{others.lower()}.example"
    server, = zone(apex, {f"a.{apex}": [("CNAME", f"b.{apex}"), (others, "x" if others == "TXT" else "192.0.2.1")]},
                   kind="scripted").servers

    answers = {asked: internet.dig("+short", asked, f"a.{apex}", server=server.address)
               for asked in ("CNAME", others)}

    assert f"b.{apex}.\n" in answers["CNAME"] and answers[others].count("\n") == 2, answers


# Servers one by one.

def test_two_servers_disagree(internet, zone):
    name = "a.disagree.example"
    made = zone("disagree.example", {name: "same"}, kind=list(REAL))

    made.servers[1].publish(name, "other")

    assert [internet.dig("+short", "TXT", name, server=server.address) for server in made.servers] == [
        '"same"\n', '"other"\n']


def test_a_dead_server_refuses_and_comes_back(internet, zone, kind):
    name = f"a.dead-{kind}.example"
    made = zone(f"dead-{kind}.example", {name: "x"}, servers=2, kind=kind)
    made.publish(name, "y")

    made.servers[1].stop()
    assert "connection refused" in internet.dig("TXT", name, server=made.servers[1].address)
    assert internet.text(name) == "y", "the other one is asked"
    made.servers[0].stop()
    internet.resolver.flush()
    assert status(internet.dig("+time=30", "TXT", name)) == "SERVFAIL"

    for server in made.servers:
        server.start()
    internet.resolver.flush()
    assert internet.text(name) == "y"


def test_a_frozen_server_says_nothing_until_thawed(internet, zone, kind):
    name = f"a.frozen-{kind}.example"
    made = zone(f"frozen-{kind}.example", {name: "x"}, kind=kind)

    made.servers[0].freeze()
    assert UNANSWERED in internet.dig("+time=1", "TXT", name, server=made.servers[0].address)
    made.servers[0].thaw()

    assert internet.dig("+short", "TXT", name, server=made.servers[0].address) == '"x"\n'


# What no correct server does: each word of misbehaviour.py.

NAME = "Odd.misbehaving.example"


@pytest.fixture
def server(zone):
    return zone("misbehaving.example", {NAME: "hello"}, kind="scripted").servers[0]


def raw(internet, server, name=NAME, count=1, payload=0):
    """What comes over UDP: [{"port", "id_matches", "wire"}, ...]."""
    script = pathlib.Path(__file__).parent / "support" / "raw_query.py"
    done = internet.run(["/usr/bin/python3", "-B", script, server.address, name, str(count), str(payload)])
    assert done.returncode == 0, done.stderr.decode()
    return [{**reply, "wire": bytes.fromhex(reply["hex"])} for reply in json.loads(done.stdout)]


def parsed(reply):
    return dns.message.from_wire(reply["wire"])


def is_good(reply):
    return reply["port"] == 53 and reply["id_matches"] and is_the_answer(reply)


def is_the_answer(reply):
    return '"hello"' in parsed(reply).to_text()


# word, options, replies to wait for, whether they are as they should be
OVER_UDP = [
    ("wrong-id", {}, 1, lambda r: is_the_answer(r[0]) and not r[0]["id_matches"]),
    ("wrong-id-first", {}, 2, lambda r: not r[0]["id_matches"] and is_good(r[1])),
    ("lie-first", {"text": "lie"}, 2, lambda r: '"lie"' in parsed(r[0]).to_text() and is_good(r[1])),
    ("twice", {}, 2, lambda r: is_good(r[0]) and is_good(r[1])),
    ("other-port", {}, 1, lambda r: r[0]["port"] != 53 and r[0]["id_matches"] and is_the_answer(r[0])),
    ("wrong-question", {}, 1, lambda r: parsed(r[0]).question[0].name.to_text() == "other.misbehaving.example."),
    ("without-question", {}, 1, lambda r: parsed(r[0]).question == [] and is_good(r[0])),
    ("lower-case-question", {}, 1, lambda r: parsed(r[0]).question[0].name.to_text() == f"{NAME.lower()}."),
    ("other-case", {}, 1, lambda r: b"\x03Odd" in r[0]["wire"] and b"\x03oDD\x0bMISBEHAVING" in r[0]["wire"]),
    ("other-owner", {}, 1, lambda r: parsed(r[0]).answer[0].name.to_text() == "other.misbehaving.example."),
    ("a-query", {}, 1, lambda r: not parsed(r[0]).flags & dns.flags.QR),
    ("not-authoritative", {}, 1, lambda r: not parsed(r[0]).flags & dns.flags.AA and is_good(r[0])),
    ("lame", {}, 1, lambda r: not parsed(r[0]).answer and parsed(r[0]).authority[0].name.to_text() == "."),
    ("rcode", {"rcode": "SERVFAIL"}, 1, lambda r: parsed(r[0]).rcode() == 2 and not parsed(r[0]).answer),
    ("rcode", {"rcode": "REFUSED"}, 1, lambda r: parsed(r[0]).rcode() == 5 and not parsed(r[0]).answer),
    ("truncated", {}, 1, lambda r: parsed(r[0]).flags & dns.flags.TC and not parsed(r[0]).answer),
    ("garbage", {}, 1, lambda r: r[0]["wire"] == b"\xff" * 40),
    ("garbage-after-id", {}, 1, lambda r: r[0]["id_matches"] and r[0]["wire"][2:] == b"\xff" * 38),
    ("short", {}, 1, lambda r: r[0]["id_matches"] and len(r[0]["wire"]) == 5),
    ("cut-off", {}, 1, lambda r: r[0]["wire"].endswith(b"\x05he")),
    ("delayed", {"ms": 20}, 1, lambda r: is_good(r[0])),
    ("without-edns", {}, 1, lambda r: is_good(r[0])),
]


@pytest.mark.parametrize("word, options, count, is_so", OVER_UDP, ids=[
    "-".join([row[0], *map(str, row[1].values())]) for row in OVER_UDP])
def test_a_plain_socket_sees_it(internet, server, word, options, count, is_so):
    assert is_good(*raw(internet, server)), "before it is told to"

    server.misbehave(word, **options)

    replies = raw(internet, server, count=count)
    assert is_so(replies), replies
    server.behave()
    assert is_good(*raw(internet, server))


# word, arguments of dig, what it then says
BY_DIG = [
    ("silent", ["+time=1"], UNANSWERED),
    ("silent", ["+time=1", "+tcp"], UNANSWERED),
    ("unfinished", ["+time=1", "+tcp"], UNANSWERED),
    ("closed", ["+tcp"], "end of file"),
    ("broken-off", ["+tcp"], "end of file"),
    ("in-pieces", ["+tcp"], '"hello"'),
    ("without-edns", ["+edns=0"], "status: FORMERR"),
    ("pointer-to-itself", [], "bad compression pointer"),
    ("pointers-in-a-ring", [], "bad compression pointer"),
    ("truncated", [], "Truncated, retrying in TCP mode"),
    ("other-port", ["+time=1"], UNANSWERED),
]


@pytest.mark.parametrize("word, arguments, said", BY_DIG, ids=["".join([row[0], *row[1]]) for row in BY_DIG])
def test_dig_sees_it(internet, server, word, arguments, said):
    assert said == '"hello"' or said not in internet.dig(*arguments, NAME, "TXT", server=server.address)

    server.misbehave(word)

    assert said in internet.dig(*arguments, NAME, "TXT", server=server.address)


def test_every_word_is_tried():
    assert {row[0] for row in (*OVER_UDP, *BY_DIG)} | {"oversized"} == MISBEHAVIOURS.keys()


def test_an_answer_is_larger_than_asked_for(internet, server):
    name = "big.misbehaving.example"
    server.publish(name, "x" * 3000)
    for payload in (0, 1232):
        cut, = raw(internet, server, name, payload=payload)
        assert parsed(cut).flags & dns.flags.TC and len(cut["wire"]) <= 512

    server.misbehave("oversized")

    for payload in (0, 1232):
        assert len(raw(internet, server, name, payload=payload)[0]["wire"]) > 3000


def test_truncation_with_no_tcp_to_turn_to(internet, server):
    server.misbehave("truncated")
    server.stop()
    server.start(over_tcp=False)

    answer = internet.dig("TXT", NAME, server=server.address)

    assert "Truncated" in answer and "connection refused" in answer


def test_misbehaviour_has_bounds(internet, server):
    """One name, one transport, so many times; and it adds up."""
    server.publish("good.misbehaving.example", "hello")
    server.misbehave("rcode", name=NAME, over="tcp", times=2, rcode="SERVFAIL")
    server.misbehave("not-authoritative", name=NAME)

    def seen(name, *arguments):
        answer = internet.dig("+norecurse", *arguments, "TXT", name, server=server.address)
        return status(answer), "aa" in flags(answer)

    assert seen("good.misbehaving.example", "+tcp") == ("NOERROR", True)
    assert seen(NAME) == ("NOERROR", False)
    assert [seen(NAME, "+tcp") for _ in range(3)] == [("SERVFAIL", False)] * 2 + [("NOERROR", False)]


def test_what_was_asked_is_remembered(internet, server):
    internet.dig("+norecurse", "+noedns", "TXT", NAME, server=server.address)
    internet.dig("+tcp", "+bufsize=1400", "CNAME", NAME, server=server.address)

    seen = [{name: query[name] for name in ("name", "kind", "over", "edns", "payload", "recursion_desired")}
            for query in server.queries]

    assert seen == [
        {"name": f"{NAME}.", "kind": "TXT", "over": "udp", "edns": False, "payload": 512, "recursion_desired": False},
        {"name": f"{NAME}.", "kind": "CNAME", "over": "tcp", "edns": True, "payload": 1400, "recursion_desired": True}]


def test_a_word_that_is_none_is_an_error(server):
    with pytest.raises(AssertionError, match="KeyError"):
        server.misbehave("wrong-word")


# Who lives there.

def test_two_of_them_know_nothing_of_each_other(internet, zone, servers):
    zone("apart.example", {"a.apart.example": "here"})
    with short_directory() as directory:
        other = Internet(servers, directory)
        try:
            other.zone("apart.example", {"a.apart.example": "there"})
            assert (internet.text("a.apart.example"), other.text("a.apart.example")) == ("here", "there")
        finally:
            other.close()


def test_nothing_of_the_machines_network_is_reachable(internet):
    links = internet.run(["ip", "-oneline", "link"]).stdout.decode().splitlines()
    assert [line.split(": ")[1] for line in links] == ["lo"]


@pytest.mark.parametrize("judge", ["dkimpy", "mail_dkim", "opendkim"])
def test_the_judges_live_there(internet, judge):
    key = dnskey.rsa()
    internet.publish("s._domainkey.judged.example", key.record)
    judges = Judges(internet)
    message = samples.sample("01-plain")
    try:
        verdicts = getattr(judges, judge)(key.field_for(message, "judged.example", "s") + message)
    finally:
        judges.close()
    assert [(verdict.passed, verdict.domain) for verdict in verdicts] == [(True, "judged.example")]


def network_of(pid):
    return os.readlink(f"/proc/{pid}/ns/net")


def test_the_daemon_has_its_network_and_nothing_else_of_it(signetd, as_root, internet):
    daemon = signetd(as_root, internet=internet)
    daemon.create_key("example.com", names=internet)

    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message() is None
        assert len(connection.end_message().inserted) == 1

    inside = internet.run(["readlink", "/proc/self/ns/net"]).stdout.decode().strip()
    pids = [daemon.pid, *(pid for pids in daemon.pids().values() for pid in pids)]
    assert len(pids) >= 5 and inside != network_of("self")
    for pid in pids:
        assert network_of(pid) == inside
        assert [os.readlink(f"/proc/{pid}/ns/{name}") for name in ("mnt", "pid")] == [
            os.readlink(f"/proc/self/ns/{name}") for name in ("mnt", "pid")]


def test_a_program_on_its_network_is_whom_it_would_be(internet):
    def seen(argv):
        status = dict(line.split(":\t", 1) for line in subprocess.run(
            argv, capture_output=True, text=True, check=True).stdout.splitlines() if ":\t" in line)
        return {name: status[name] for name in ("Uid", "Gid", "CapEff", "CapPrm")}

    argv = ["cat", "/proc/self/status"]
    assert seen(internet.on_its_network(argv)) == seen(argv)
