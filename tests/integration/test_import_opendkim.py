# SPDX-License-Identifier: ISC
"""Moving from OpenDKIM: the same messages through OpenDKIM and, after the import, through signetd have the same d= and
s=; and whatever could not be carried over is said."""

import json
import random
import re
import subprocess
from dataclasses import dataclass, field

import pytest
from support.daemon import REPOSITORY, USERS
from support.mta import Connection
from support.namespace import Namespace
from support.opendkim import OpenDKIM
from support.place import I_AM_ROOT

YES, NO, COULD_NOT = 0, 1, 2
PEMS = ("one.pem", "two.pem", "three.pem", "four.pem", "ed.pem")
PUT_OFF = "tempfail"
COMMON = "Mode s\nRequireSafeKeys no\nSyslog no\nUMask 000\n"


@dataclass
class Move:
    """One configuration. {d} is the directory, @ in a domain's place the scenario's own domain. signs: of each sender
    the "d/s" that both must make."""
    conf: str
    signs: dict
    files: dict = field(default_factory=dict)
    outcome: int = YES
    differs: tuple = ()  # senders of signs whose mail signetd signs otherwise, which is told


MOVES = {
    "key-file": Move(
        "Domain {x}\nSelector s1\nKeyFile {d}/one.pem",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": [], "a@deep.sub.{x}": [], "a@other.example": [], "A@{X}": ["{x}/s1"],
         "a@bad{x}": []}),
    "key-file-subdomains": Move(
        "Domain {x}, inner.{x}\nSelector s1\nKeyFile {d}/one.pem\nSubDomains yes",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": ["{x}/s1"], "a@deep.sub.{x}": ["{x}/s1"], "a@inner.{x}": ["inner.{x}/s1"],
         "a@x.inner.{x}": ["inner.{x}/s1"], "a@other.example": [], "a@bad{x}": []}),
    "key-file-of-a-list": Move(
        "Domain file:{d}/domains\nSelector one.two\nKeyFile {d}/one.pem\nSubDomains no",
        {"a@{x}": ["{x}/one.two"], "a@second.{x}": ["second.{x}/one.two"], "a@third.{x}": []},
        {"domains": "# ours\n{x}\n\n  second.{x}   # indented\n"}),
    "table": Move(
        "KeyTable file:{d}/keys\nSigningTable file:{d}/senders",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": ["{x}/s2"], "a@deep.sub.{x}": ["{x}/s2"], "a@own.{x}": ["own.{x}/s3"],
         "a@x.own.{x}": ["{x}/s2"], "a@other.example": []},
        {"keys": "k1 {x}:s1:{d}/one.pem\nk2 {x}:s2:{d}/two.pem\nk3 own.{x}:s3:{d}/one.pem\n",
         "senders": "{x} k1\n.{x} k2\nown.{x} k3\n"}),
    "plain-path": Move(
        "KeyTable {d}/keys\nSigningTable {d}/senders",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": [], "a@SECOND.{x}": ["second.{x}/s1"]},
        {"keys": "K {x}:s1:{d}/one.pem\nk second.{x}:s1:{d}/two.pem\n", "senders": "{X} K\nsecond.{x}\tk\n"}),
    "refile": Move(
        "KeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": ["{x}/s1"], "a@deep.sub.{x}": ["{x}/s1"], "a@own.{x}": ["own.{x}/s3"],
         "a@x.own.{x}": ["{x}/s1"], "a@other.example": [], "a@bad{x}": []},
        {"keys": "k1 {x}:s1:{d}/one.pem\nk3 own.{x}:s3:{d}/two.pem\n",
         "senders": "*@own.{x} k3\n*@{x} k1\n*@*.{x} k1\n"}),
    "both-refiles": Move(
        "KeyTable refile:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1"], "a@own.{x}": ["own.{x}/s3"], "a@sub.{x}": [], "a@other.{x}": [PUT_OFF]},
        {"keys": "s1._domainkey.{x} {x}:s1:{d}/one.pem\ns3._domainkey.own.{x} own.{x}:s3:{d}/two.pem\n",
         "senders": "*@{x} s1._domainkey.{x}\n*@own.{x} s3._domainkey.own.{x}\n*@other.{x} s3X_domainkey.own.{x}\n"},
        differs=("a@other.{x}",)),
    "refile-order": Move(
        "KeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": [], "a@sub.{x}": ["{x}/s1"], "a@own.{x}": ["{x}/s1"]},
        {"keys": "k1 {x}:s1:{d}/one.pem\nk3 own.{x}:s3:{d}/two.pem\n",
         "senders": "*@*.{x} k1\n*@own.{x} k3\n{x} k3\n"}),
    "dotted-selector": Move(
        "KeyTable csl:k={x}:2026.mail.a:{d}/one.pem\nSigningTable csl:{x}=k,.{x}=k",
        {"a@{x}": ["{x}/2026.mail.a"], "a@sub.{x}": ["{x}/2026.mail.a"], "a@other.example": []}),
    "key-per-domain": Move(
        "KeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1"], "a@two.{x}": ["two.{x}/s1"], "a@sub.{x}": [], "a@sub.two.{x}": []},
        {"keys": "any %:s1:{d}/%.pem\n", "senders": "*@{x} any\n*@two.{x} any:@%\n", "{x}.pem": "one.pem",
         "two.{x}.pem": "two.pem"}),
    "key-by-domain": Move(
        "KeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1"], "a@two.{x}": ["two.{x}/s2"], "a@other.{x}": [PUT_OFF]},
        {"keys": "{x} {x}:s1:{d}/one.pem\ntwo.{x} two.{x}:s2:{d}/two.pem\n", "senders": "* %\n"},
        differs=("a@other.{x}",)),  # is not signed instead of put off
    "comments": Move(
        "# all of it\n  KeyTable\tfile:{d}/keys   # here\nsigningtable REFILE:{d}/senders\nLogWhy no\r\n",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": []},
        {"keys": "# keys\n\n \tk1   {x}:s1:{d}/one.pem # of old\n",
         "senders": "#*@*.{x} k1\n  *@sub.{x} k1\n*@{x}\t\tk1 # last\n"}),
    "ed25519": Move(
        "Domain {x}\nSelector ed\nKeyFile {d}/ed.pem\nSignatureAlgorithm ed25519-sha256",
        {"a@{x}": ["{x}/ed"], "a@sub.{x}": []}),
    "included": Move(
        "Selector wrong\nInclude {d}/more.conf\nSelector s1",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": ["{x}/s1"]},
        {"more.conf": "Domain {x}\nSelector other\nKeyFile {d}/one.pem\nSubDomains True\n"}),
    "multiple": Move(
        "MultipleSignatures yes\nKeyTable file:{d}/keys\nSigningTable file:{d}/senders",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": ["{x}/s1"], "a@own.{x}": ["own.{x}/s3", "{x}/s1"]},
        {"keys": "k1 {x}:s1:{d}/one.pem\nk3 own.{x}:s3:{d}/two.pem\n", "senders": "{x} k1\n.{x} k1\nown.{x} k3\n"},
        outcome=NO, differs=("a@own.{x}",)),
    "more-than-two": Move(  # of which OpenDKIM forgets those in between
        "MultipleSignatures yes\nKeyTable file:{d}/keys\nSigningTable file:{d}/senders",
        {"a@b.a.{x}": ["b.a.{x}/s0"], "a@c.b.a.{x}": ["b.a.{x}/s0"]},
        {"keys": "k0 b.a.{x}:s0:{d}/one.pem\nk1 a.{x}:s1:{d}/two.pem\n",
         "senders": "b.a.{x} k0\n.b.a.{x} k0\n.a.{x} k1\n.{x} k0\n"},
        outcome=NO),  # of senders nobody asks here: x.a, x
    "of-another-domain": Move(
        "KeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1"], "a@mail.{x}": ["{x}/s1"], "a@other.{x}": []},
        {"keys": "k1 {x}:s1:{d}/one.pem\n", "senders": "*@{x} k1\n*@mail.{x} k1\n"},
        outcome=NO, differs=("a@mail.{x}",)),
    "users": Move(
        "KeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1"], "joe@{x}": ["{x}/s2"]},
        {"keys": "k1 {x}:s1:{d}/one.pem\nk2 {x}:s2:{d}/two.pem\n", "senders": "joe@{x} k2\n*@{x} k1\n"},
        differs=("joe@{x}",)),
    "identity": Move(
        "KeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": []},
        {"keys": "k1 {x}:s1:{d}/one.pem\n", "senders": "*@{x} k1:@{x}\n*@sub.{x} k1:sub.{x}\n"},
        outcome=NO),  # what d= of the first line cannot say of the second is told
    "ending": Move(
        "KeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1"], "a@sub.{x}": ["{x}/s1"], "a@bad{x}": ["{x}/s1"]},
        {"keys": "k1 {x}:s1:{d}/one.pem\n", "senders": "*@*{x} k1\n"}, differs=("a@bad{x}",)),
}


# What it takes.

@pytest.fixture(scope="module")
def corner():
    namespace = Namespace(network=True)
    yield namespace
    namespace.close()


@pytest.fixture(scope="module")
def opendkim(servers, corner):
    """opendkim(directory, configuration): a running one."""
    running = []

    def start(directory, configuration):
        running.append(OpenDKIM(servers.opendkim, corner, directory, configuration))
        return running[-1]

    yield start
    for one in running:
        one.close()


@pytest.fixture(scope="module")
def daemon(signetd):
    return signetd(as_root=I_AM_ROOT)


@pytest.fixture(scope="module")
def pems(place):
    """A directory with the keys that are in the directory of each scenario."""
    directory = place()
    for name in PEMS:
        make_key(directory / name, *(["ED25519"] if name == "ed.pem" else ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]))
    return directory


def make_key(path, algorithm, *options):
    subprocess.run(["openssl", "genpkey", "-algorithm", algorithm, *options, "-out", path], check=True,
                   capture_output=True)


@pytest.fixture
def lay_out(place, pems):
    """lay_out(move, domain): its files in a directory, and what turns its texts into this domain's."""
    def make(move, domain):
        directory = place()

        def fill(text):
            return text.replace("{d}", str(directory)).replace("{x}", domain).replace("{X}", domain.upper())

        for name in PEMS:
            (directory / name).write_bytes((pems / name).read_bytes())
            (directory / name).chmod(0o600)
        for name, text in move.files.items():
            source = directory / text
            (directory / fill(name)).write_bytes(source.read_bytes() if text.endswith(".pem") else fill(text).encode())
        return directory, fill
    return make


def signatures(socket, sender):
    """The sorted "d/s" of what the milter inserts into a message of that sender. Where two lines name one key, opendkim
    signs twice by it."""
    with Connection(socket) as connection:
        header = [("From", f" {sender}"), ("To", " bob@example.net"), ("Subject", " x")]
        reply = connection.open_message(sender=f"<{sender}>", header=header) or connection.end_message()
    if not reply.goes_on:
        return [reply.verdict]
    fields = [value.decode() for name, value in reply.inserted if name.lower() == "dkim-signature"]
    return sorted({f"{tag(value, 'd')}/{tag(value, 's')}".lower() for value in fields})


def tag(value, name):
    return re.search(rf"(?:^|;)\s*{name}=\s*([^;\s]+)", value).group(1)


def do_import(daemon, path, *options, style=("--json",)):
    return daemon.run_ctl("import-opendkim", path, "--without-dns-check", *options, style=style)


# The same d= and s=.

@pytest.mark.parametrize("name", MOVES)
def test_the_same_mail_is_signed_by_the_same_keys(opendkim, daemon, lay_out, name):
    move, domain = MOVES[name], f"{name}.example"
    directory, fill = lay_out(move, domain)
    old = opendkim(directory, COMMON + fill(move.conf))

    done = do_import(daemon, old.configuration)

    assert done.returncode == move.outcome, done
    said = json.loads(done.stdout)
    for sender, wanted in move.signs.items():
        wanted = sorted(fill(one) for one in wanted)
        assert signatures(old.socket, fill(sender)) == wanted, f"opendkim, {sender}"
        assert (signatures(daemon.milter_socket, fill(sender)) == wanted) == (sender not in move.differs), sender
    assert {key["state"] for key in said["keys"]} == {"signs"}
    lost = [line for line in said["lines"] if line["fate"] == "lost"]
    remarks = [line for line in said["lines"] if "alike" in line["text"] or "puts off" in line["text"]]
    told = lost or said["differences"] or remarks
    assert told or not move.differs, said


def test_tables_of_chance_are_carried_or_what_is_not_is_told(opendkim, daemon, lay_out):
    """Whatever the tables are: a sender's mail has the same signatures, or its senders are among those that differ."""
    chance = random.Random(6376)
    differing = 0
    for number in range(16):
        domain = f"chance{number}.example"
        move, names = random_move(chance)
        directory, fill = lay_out(move, domain)
        old = opendkim(directory, COMMON + fill(move.conf))
        done = do_import(daemon, old.configuration)
        assert done.returncode in (YES, NO) and set(states(done).values()) <= {"signs"}, done
        said = json.loads(done.stdout)
        if "also_sign" in said["configuration"]:  # this daemon was not told so
            continue
        told = {difference["senders"] for difference in said["differences"]}
        for sender in SENDERS:
            before, after = (signatures(socket, f"a@{fill(sender)}") for socket in (old.socket, daemon.milter_socket))
            differs = before != after and not (before == [PUT_OFF] and after == [])
            assert differs == (class_of(fill(sender), [fill(name) for name in names]) in told), (number, sender, before, after)
            differing += differs
    assert differing  # else nothing of this was tried


DOMAINS = ("{x}", "a.{x}", "b.a.{x}", "b.{x}")
SENDERS = (*DOMAINS, "c.{x}", "c.a.{x}", "c.b.a.{x}", "d.c.b.a.{x}", "a.b.{x}", "unknown.example")


def random_move(chance):
    """A configuration, and the domains it names."""
    names, keys, rules = set(), [], []
    is_glob = chance.random() < 0.5
    for number in range(chance.randint(1, 4)):
        own = chance.choice(DOMAINS)
        names.add(own)
        keys.append(f"k{number} {own}:s{number}:{{d}}/{PEMS[number]}")
    for _ in range(chance.randint(1, 6)):
        of, is_below = chance.choice(DOMAINS), chance.random() < 0.4
        names.add(of)
        pattern = ("*@" + "*." * is_below if is_glob else "." * is_below) + of
        rules.append(f"{pattern} k{chance.randrange(len(keys))}")
    multiple = chance.choice(["yes", "no"])
    conf = f"MultipleSignatures {multiple}\nKeyTable file:{{d}}/keys\n" \
           f"SigningTable {'re' * is_glob}file:{{d}}/senders"
    return Move(conf, {}, {"keys": "\n".join(keys) + "\n", "senders": "\n".join(rules) + "\n"}), names


def class_of(sender, names):
    """As the import tells of senders."""
    if sender in names:
        return f"senders at {sender}"
    parent = sender
    while parent:
        parent = parent.partition(".")[2]
        if parent in names:
            return f"senders below {parent}"
    return "all other senders"


# What is not its own to change.

@pytest.fixture
def scene(lay_out):
    """scene(domain, conf=…, files=…): the path of a configuration."""
    def make(domain, conf="Domain {x}\nSelector s1\nKeyFile {d}/one.pem\nSubDomains yes\n", files=None):
        directory, fill = lay_out(Move(conf, {}, files or {}), domain)
        path = directory / "opendkim.conf"
        path.write_text(fill(conf))
        return path
    return make


def keys_of(daemon, domain):
    return daemon.ctl("key", "list", "--domain", domain)["keys"]


def test_a_dry_run_changes_nothing_and_needs_no_daemon(daemon, scene, place):
    path = scene("dry.example")
    before = daemon.ctl("audit", "--limit", "1")
    done = do_import(daemon, path, "--dry-run", style=())
    assert done.returncode == YES and "would be imported" in done.stdout and "Nothing was changed" in done.stdout
    assert keys_of(daemon, "dry.example") == [] and daemon.ctl("audit", "--limit", "1") == before
    alone = daemon.run_ctl("import-opendkim", path, "--dry-run", control=place() / "nobody", style=())
    assert (alone.returncode, alone.stdout) == (YES, done.stdout)


def test_a_second_run_goes_on_where_the_first_stopped(daemon, scene):
    files = {"keys": "k {x}:s1:{d}/one.pem\nm missing.{x}:s1:{d}/later.pem\n", "senders": "{x} k\nmissing.{x} m\n"}
    path = scene("again.example", "KeyTable {d}/keys\nSigningTable {d}/senders\n", files)
    first = do_import(daemon, path)
    assert first.returncode == NO and states(first) == {"again.example": "signs", "missing.again.example": "failed"}
    assert "No such file" in json.loads(first.stdout)["keys"][1]["why"]
    kept = keys_of(daemon, "again.example")

    (path.parent / "later.pem").write_bytes((path.parent / "two.pem").read_bytes())
    second = do_import(daemon, path)

    assert second.returncode == YES and states(second) == {"again.example": "there", "missing.again.example": "signs"}
    assert keys_of(daemon, "again.example") == kept
    assert set(states(do_import(daemon, path)).values()) == {"there"}


def states(done):
    return {key["domain"]: key["state"] for key in json.loads(done.stdout)["keys"]}


def test_what_was_changed_since_is_not_undone(daemon, scene):
    path = scene("changed.example")
    assert do_import(daemon, path).returncode == YES
    key = keys_of(daemon, "changed.example")[0]
    daemon.ctl("key", "update", key["id"], "--match", "DomainOnly", "--without-dns-check")
    again = do_import(daemon, path)
    assert again.returncode == NO and states(again) == {"changed.example": "failed"}
    assert f"signetctl key update {key['id']} --match DomainAndSubdomains" in again.stdout
    assert keys_of(daemon, "changed.example")[0]["domain_match"] == "DomainOnly"


def test_keys_that_give_way_are_told(daemon, scene):
    old = daemon.create_key("giving.example", "--match", "DomainAndSubdomains")
    done = do_import(daemon, scene("giving.example"), style=())
    assert done.returncode == YES and f"{old['id']} is deactivated" in done.stdout


# The gate.

def test_keys_are_proved_before_they_sign(signetd, internet, zone, scene, pems):
    daemon = signetd(as_root=I_AM_ROOT, internet=internet)
    owner = zone("example.com")
    path = scene("example.com")
    first = daemon.run_ctl("import-opendkim", path)
    assert first.returncode == NO and states(first) == {"example.com": "inactive"}
    assert json.loads(first.stdout)["keys"][0]["why"] and signatures(daemon.milter_socket, "a@example.com") == []

    public = subprocess.run(["openssl", "pkey", "-in", pems / "one.pem", "-pubout"], check=True, capture_output=True,
                            text=True).stdout
    owner.publish("s1._domainkey.example.com", f"v=DKIM1; k=rsa; p={''.join(public.splitlines()[1:-1])}")
    internet.resolver.flush()

    second = daemon.run_ctl("import-opendkim", path)
    assert second.returncode == YES and states(second) == {"example.com": "signs"}
    assert signatures(daemon.milter_socket, "a@sub.example.com") == ["example.com/s1"]


def test_who_forbade_to_do_without_proof_is_heard(signetd, scene):
    strict = signetd(as_root=I_AM_ROOT, settings={"allow_without_dns_check": False})
    done = do_import(strict, scene("strict.example"))
    assert done.returncode == NO and states(done) == {"strict.example": "inactive"}


# What cannot be.

@pytest.mark.skipif(not I_AM_ROOT, reason="needs root, to be two users")
def test_a_key_one_may_not_read_is_told_of(signetd, scene):
    ordinary = signetd()
    done = do_import(ordinary, scene("unreadable.example"))
    assert done.returncode == NO and states(done) == {"unreadable.example": "failed"}
    assert "Permission denied" in done.stdout


def test_private_keys_are_never_shown(daemon, scene):
    path = scene("inline.example", "KeyTable {d}/keys\nSigningTable {d}/senders\n",
                 {"keys": "k {x}:s1:MIIEvQIBADANBgkq\n", "senders": "{x} k\n"})
    for style in ((), ("--json",)):
        done = do_import(daemon, path, style=style)
        assert done.returncode == NO and "has the private key itself" in done.stdout
        assert "MIIEvQ" not in done.stdout + done.stderr


REFUSED = {
    "missing": (None, "No such file"),
    "no-value": ("Domain\n", ":1: Domain has no value"),
    "verifier": ("Mode v\nDomain {x}\nSelector s1\nKeyFile {d}/one.pem\n", "signs nothing"),
    "nothing": ("Syslog yes\n", "no KeyTable, and no Domain"),
    "no-signing-table": ("KeyTable csl:k={x}:s1:/k\n", "no SigningTable"),
    "database": ("KeyTable dsn:mysql://u@localhost/d\nSigningTable csl:{x}=k\n", ":1: dsn:"),
    "pattern-of-keys": ("KeyTable refile:{d}/names\nSigningTable csl:{x}=k\n", 'names:2: "k*"'),
    "kind": ("KeyTable wrong:x\nSigningTable csl:{x}=k\n", '"wrong"'),
    "circle": ("Include {d}/opendkim.conf\n", "too deep"),
    "long-line": ("KeyTable {d}/keys\nSigningTable csl:{x}=k\n", "keys:1: is longer"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_words(daemon, scene, name):
    conf, words = REFUSED[name]
    names = "a {x}:s1:{d}/one.pem\nk* {x}:s1:{d}/one.pem\n"
    path = scene(f"{name}.example", conf or "", {"keys": "x" * 1024 + "\n", "names": names})
    if conf is None:
        path.unlink()
    done = do_import(daemon, path)
    assert done.returncode == COULD_NOT and words in done.stderr, done
    assert done.stdout == "" and keys_of(daemon, f"{name}.example") == []


def test_without_the_daemon_each_key_says_so(daemon, scene, place):
    done = daemon.run_ctl("import-opendkim", scene("away.example"), control=place() / "nobody")
    assert done.returncode == NO and states(done) == {"away.example": "failed"}


# For signetd.conf.

def test_the_daemon_takes_what_is_to_go_to_its_configuration(daemon, programs, scene, place):
    path = scene("snippet.example", "\n".join([
        "Domain {x}", "Selector s1", "KeyFile {d}/one.pem", "Canonicalization relaxed",
        "InternalHosts 127.0.0.1, 10.0.0.0/8,[::1], !10.1.1.1, mail.example.com, 192.0.2.1/24",
        "SignHeaders From,To,Subject,X-Mailer,X-Mailer,X-*", "OversignHeaders From,Date,X-Mark", "UMask 007",
        "Socket local:/run/opendkim/opendkim.sock", "UserID opendkim:postfix", ""]))
    said = json.loads(do_import(daemon, path, "--dry-run").stdout)

    snippet = said["configuration"]

    for words in ('trusted_networks = [ "127.0.0.1", "10.0.0.0/8", "::1", "local" ];',
                  'canonicalization = "relaxed/simple";', 'add = [ "X-Mailer" ];', 'oversign = [ "Date", "X-Mark" ];',
                  'address = "unix:/run/opendkim/opendkim.sock";', 'mode = "0660";', 'group = "postfix";'):
        assert words in snippet
    lost = {line["subject"] for line in said["lines"] if line["fate"] == "lost"}
    assert lost == {"!10.1.1.1", "mail.example.com", "192.0.2.1/24", "X-*"}
    checked = check_configuration(programs, place(), snippet.replace('"postfix"', '"root"'))
    assert checked.returncode == 0, checked.stderr


def check_configuration(programs, directory, snippet):
    path = directory / "signetd.conf"
    users = " ".join(f'{role} = "{user}";' for role, user in USERS.items())  # who are the machine's business
    path.write_text(f'state_dir = "{directory}";\ncontrol = {{ address = "unix:{directory}/control"; }};\n'
                    f'users = {{ {users} }};\n{snippet}')
    return subprocess.run([programs / "signetd", "--check", "-c", path], capture_output=True, text=True, timeout=180)


def test_every_line_is_told_of_once(daemon, scene):
    conf = "# c\nDomain {x}\nSelector s1\nKeyFile {d}/one.pem\nSelector s2\nLogWhy yes\nDontSignMailTo a@b.example\nFoo x\n"
    said = json.loads(do_import(daemon, scene("lines.example", conf), "--dry-run").stdout)
    fates = [(line["line"], line["subject"], line["fate"]) for line in said["lines"]]
    assert sorted(fates) == [
        (2, "Domain", "carried"), (2, "lines.example", "carried"), (3, "Selector", "not-needed"),
        (4, "KeyFile", "carried"), (5, "Selector", "carried"), (6, "LogWhy", "not-needed"),
        (7, "DontSignMailTo", "lost"), (8, "Foo", "lost")]


# Third parties.

THIRD_PARTY = {
    "beside": Move(
        "MultipleSignatures yes\nKeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1", "esp.example/e1"], "a@sub.{x}": ["sub.{x}/s2", "esp.example/e1"],
         "a@other.example": ["esp.example/e1"], "a@esp.example": ["esp.example/e1"]},
        {"keys": "k {x}:s1:{d}/one.pem\nl sub.{x}:s2:{d}/two.pem\ne esp.example:e1:{d}/two.pem\n",
         "senders": "*@{x} k\n*@sub.{x} l\n* e\n"}),
    "alone": Move(
        "KeyTable file:{d}/keys\nSigningTable file:{d}/senders",
        {"a@{x}": ["esp.example/e1"], "a@other.example": ["esp.example/e1"]},
        {"keys": "e esp.example:e1:{d}/two.pem\n", "senders": "* e\n"}),
    "of-ours": Move(
        "MultipleSignatures yes\nKeyTable file:{d}/keys\nSigningTable refile:{d}/senders",
        {"a@{x}": ["{x}/s1", "esp.example/e1"], "a@other.example": []},
        {"keys": "k {x}:s1:{d}/one.pem\ne esp.example:e1:{d}/two.pem\n", "senders": "*@{x} k\n*@{x} e\n"}),
}


@pytest.mark.parametrize("name", THIRD_PARTY)
def test_who_signs_all_mail_beside_its_senders_is_said(opendkim, daemon, lay_out, name):
    move, domain = THIRD_PARTY[name], f"{name}.example"
    directory, fill = lay_out(move, domain)
    old = opendkim(directory, COMMON + fill(move.conf))
    done = do_import(daemon, old.configuration, "--dry-run")
    said = json.loads(done.stdout)
    told = [difference["senders"] for difference in said["differences"]]
    assert told == ["senders at esp.example"] * (name == "of-ours"), said  # its key has to sign there to sign at all
    assert done.returncode == (NO if told else YES)
    assert 'also_sign = [ "esp.example" ];' in said["configuration"]
    assert ('unverified_domain = "fallback";' in said["configuration"]) == (name != "of-ours")
    for sender, wanted in move.signs.items():
        assert signatures(old.socket, fill(sender)) == sorted(fill(one) for one in wanted), sender


@pytest.mark.skipif("also_sign" not in (REPOSITORY / "conf/signetd.conf").read_text(),
                    reason="this signetd has no also_sign")
@pytest.mark.parametrize("name", THIRD_PARTY)
def test_who_signs_all_mail_signs_it_again(signetd, lay_out, name):
    """As the configuration that is printed says."""
    move, domain = THIRD_PARTY[name], f"{name}.example"
    directory, fill = lay_out(move, domain)
    path = directory / "opendkim.conf"
    path.write_text(COMMON + fill(move.conf) + "\n")
    settings = {"also_sign": ["esp.example"]}
    if name != "of-ours":
        settings["unverified_domain"] = "fallback"
    daemon = signetd(as_root=I_AM_ROOT, settings=settings)
    assert set(states(do_import(daemon, path)).values()) == {"signs"}
    for sender, wanted in move.signs.items():
        assert signatures(daemon.milter_socket, fill(sender)) == sorted(fill(one) for one in wanted), sender
