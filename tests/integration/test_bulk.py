# SPDX-License-Identifier: ISC
"""`signetctl bulk`: the keys of a file are made, checked and activated, each once, whoever dies on the way."""

import itertools
import json
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.bulk import ED25519, Watched, as_csv, as_json, ed25519_keys, results
from support.mta import Connection
from support.place import I_AM_ROOT, NOBODY
from support.wait import PATIENCE

YES, NO, COULD_NOT = 0, 1, 2
NOTHING = {"effects": [], "warnings": []}

_numbers = itertools.count()


@pytest.fixture
def under():
    """A domain of the test's own: its keys are those below it."""
    return f"bulk{next(_numbers)}.example"


@pytest.fixture(scope="module")
def daemon(signetd):
    return signetd(settings={"control_mode": "0666"})


@pytest.fixture(scope="module")
def file(place):
    """file(text or octets): a file with it that everybody may read."""
    directory, numbers = place(), itertools.count()

    def write(content):
        path = directory / f"{next(numbers)}.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
    return write


def keys_of(daemon, under):
    """{domain: [id, ...]} of the keys below a domain."""
    found = {}
    for key in daemon.ctl("key", "list")["keys"]:
        if key["domain"].endswith(f".{under}"):
            found.setdefault(key["domain"], []).append(key["id"])
    return found


def bulk(daemon, path, *arguments, expected=YES):
    """The results; the run must end as expected."""
    done = daemon.run_ctl("bulk", path, *arguments)
    assert done.returncode == expected, (done.stdout[-2000:], done.stderr)
    return results(done.stdout)


def done_of(found):
    return [result["done"] for result in found]


def assert_each_once(daemon, under, found, count):
    """Every line has a key, and nobody has two."""
    keys = keys_of(daemon, under)
    assert len(found) == count == len(keys)
    assert {result["domain"]: [result["id"]] for result in found} == keys


# What is in the file.


ROWS = [
    {"domain": "a", "algorithm": ED25519},
    {"domain": "b", "algorithm": ED25519, "org": "acme", "domain_match": "DomainAndSubdomains", "test_mode": True},
    {"domain": "c", "algorithm": "rsa-sha256", "key_size": 2048, "selector": "one", "alternate_selector": "two",
     "publication": "direct"},
    {"domain": "ü", "algorithm": ED25519, "org": "acme"},
]


def test_both_formats_make_the_same(daemon, file, under):
    rows = [{**row, "domain": f"{row['domain']}.{under}"} for row in ROWS]
    made = bulk(daemon, file(as_csv(rows)))
    assert [result["line"] for result in made] == [2, 3, 4, 5]
    assert done_of(made) == [["created"]] * 4
    again = bulk(daemon, file(b"\xef\xbb\xbf" + as_json(rows).replace("\n", "\r\n").encode()))
    assert [result["line"] for result in again] == [1, 2, 3, 4]
    for one, other, row in zip(made, again, rows):
        assert other == {**one, "line": other["line"], "done": ["there"]}
        key = daemon.ctl("key", "show", one["id"])
        assert {name: key[name] for name in row if name != "domain"} == {n: v for n, v in row.items() if n != "domain"}
    assert made[3]["domain"] == f"xn--tda.{under}"
    assert_each_once(daemon, under, made, 4)


def test_a_line_for_people(daemon, file, under):
    path = file(as_csv(ed25519_keys(1, under)))
    for words, key in (("created", None), ("there", None)):
        done = daemon.run_ctl("bulk", path, style=())
        number, domain, key, said = done.stdout.split("  ")
        assert (number, domain, said) == ("2", f"d0.{under}", f"{words}\n")
        assert [key] == keys_of(daemon, under)[domain]
        assert done.stderr == f"1 of 1 lines: 1 {words}\n"


def test_standard_input(daemon, under):
    made = daemon.ctl("bulk", "-", input=as_json(ed25519_keys(1, under)))
    assert made["done"] == ["created"]


def test_a_wrong_line_and_nothing_is_done(daemon, file, under):
    path = file(as_csv([*ed25519_keys(2, under), {"domain": f"..{under}"}, {"domain": f"d0.{under}",
                                                                            "algorithm": ED25519}]))
    done = daemon.run_ctl("bulk", path)
    assert (done.returncode, done.stdout) == (COULD_NOT, "")
    assert f"{path}:4: " in done.stderr and f"{path}:5: the same key as in line 2" in done.stderr
    assert "nothing was done" in done.stderr
    assert keys_of(daemon, under) == {}


def test_very_many_wrong_lines_are_counted(daemon, file):
    done = daemon.run_ctl("bulk", file("domain\n" + "x\n" * 50))
    assert done.returncode == COULD_NOT
    assert done.stderr.count(".txt:") == 20 and "and 30 more" in done.stderr


@pytest.mark.parametrize(("arguments", "said"), [
    (["/nonexistent/list"], "/nonexistent/list: cannot open it"),
    (["list", "--until", "delete"], '--until "delete" is none of'),
    (["list", "--records", "-"], "--records is a file"),
    (["list", "--dry-run", "--records", "/tmp/x"], "--records"),
    (["list", "--dry-run", "--until", "check"], "--dry-run"),
    (["list", "--format", "zone"], "--records FILE"),
    (["list", "--without-dns-check"], "--until activate"),
    ([], "FILE"),
], ids=lambda value: "-".join(value)[:40] if isinstance(value, list) else None)
def test_a_wrong_command_line(daemon, arguments, said):
    done = daemon.run_ctl("bulk", *arguments)
    assert (done.returncode, done.stdout, said in done.stderr) == (COULD_NOT, "", True), done.stderr


# What is there.


def test_what_is_there_and_different_is_said(daemon, file, under):
    key = daemon.ctl("key", "create", "--domain", f"a.{under}", "--algorithm", ED25519)
    bulk(daemon, file(as_csv([{"domain": f"a.{under}", "algorithm": ED25519}])))
    found = bulk(daemon, file(as_csv([{"domain": f"a.{under}", "algorithm": ED25519, "test_mode": True}])), expected=NO)
    assert found == [{"line": 2, "domain": f"a.{under}", "org": "main", "id": key["id"], "done": ["there"],
                      "error": "is there with test_mode off, not on: change the line, or the key (signetctl key show "
                               f"{key['id']})", **NOTHING}]


def test_another_selector_is_another_key(daemon, file, under):
    first = bulk(daemon, file(as_csv([{"domain": f"a.{under}", "algorithm": ED25519, "selector": "one"}])))
    assert done_of(bulk(daemon, file(as_csv([{"domain": f"a.{under}", "algorithm": ED25519}])))) == [["there"]]
    second = bulk(daemon, file(as_csv([{"domain": f"a.{under}", "algorithm": ED25519, "selector": "two"}])))
    assert done_of(second) == [["created"]] and first[0]["id"] != second[0]["id"]


def test_a_key_set_is_joined_once(daemon, file, under):
    key = daemon.ctl("key", "create", "--domain", f"a.{under}", "--algorithm", ED25519)
    rows = [{"domain": f"a.{under}", "org": org, "private_key": key["private_key"]} for org in ("one", "two")]
    made = bulk(daemon, file(as_json(rows)))
    assert done_of(made) == [["created"]] * 2
    again = bulk(daemon, file(as_json(rows)))
    assert done_of(again) == [["there"]] * 2
    assert [result["id"] for result in made] == [result["id"] for result in again]
    assert daemon.ctl("key", "show", made[0]["id"])["public_key"] == key["public_key"]
    unknown = bulk(daemon, file(as_json([{**rows[0], "org": "three", "private_key": "sk_" + 32 * "0"}])), expected=NO)
    assert done_of(unknown) == [[]] and "nobody was given" in unknown[0]["error"]


def test_a_line_that_fails_stops_no_other(daemon, file, under):
    daemon.ctl("key", "create", "--domain", f"d1.{under}", "--selector", "taken", "--algorithm", "rsa-sha256")
    rows = ed25519_keys(3, under)
    rows[1]["selector"] = "taken"
    found = bulk(daemon, file(as_csv(rows)), expected=NO)
    assert done_of(found) == [["created"], [], ["created"]]
    assert "taken" in found[1]["error"] and found[1]["id"] is None


def test_a_dry_run_changes_nothing(daemon, file, under):
    there = daemon.create_key(f"d0.{under}", "--algorithm", ED25519)
    path = file(as_csv(ed25519_keys(2, under)))
    found = bulk(daemon, path, "--dry-run", "--until", "activate")
    assert done_of(found) == [["there", "active"], ["would-create"]]
    assert keys_of(daemon, under) == {there["domain"]: [there["id"]]}
    daemon.ctl("key", "deactivate", there["id"])
    assert done_of(bulk(daemon, path, "--dry-run", "--until", "activate"))[0] == ["there", "would-activate"]
    assert not daemon.ctl("key", "show", there["id"])["is_active"]


def test_who_may_only_read_is_told_so_once(daemon, file, under):
    if not I_AM_ROOT:
        pytest.skip("only root can ask as another user")
    done = daemon.run_ctl("bulk", file(as_csv(ed25519_keys(50, under))), uid=NOBODY - 1)
    assert (done.returncode, done.stdout) == (COULD_NOT, "")
    assert done.stderr.count("not change anything") == 1
    assert keys_of(daemon, under) == {}


def test_no_daemon_is_said_in_words(daemon, file, place, under):
    done = daemon.run_ctl("bulk", file(as_csv(ed25519_keys(50, under))), control=place() / "nobody")
    assert (done.returncode, done.stdout) == (COULD_NOT, "")
    assert done.stderr.count("is signetd running?") == 1


def test_results_that_cannot_be_printed_end_it(daemon, file, under):
    with open("/dev/full", "w") as full:
        run = daemon.start_ctl("bulk", file(as_csv(ed25519_keys(100, under))), stdout=full, stderr=subprocess.PIPE)
        said = run.communicate(timeout=PATIENCE)[1]
    assert run.returncode == COULD_NOT and "cannot print the results" in said
    assert 0 < len(keys_of(daemon, under)) < 100


# DNS.


def test_the_published_are_activated_and_the_others_say_why(signetd, zone, internet, file, place, under):
    """One domain publishes its records, one publishes nothing, one publishes those of the first."""
    daemon = signetd(internet=internet, settings={"dns": {"resolvers": ["127.0.0.1"], "timeout": "2s"}})
    owner = zone(under)
    path, records = file(as_csv(ed25519_keys(3, under))), place(NOBODY if I_AM_ROOT else None) / "records"
    bulk(daemon, path, "--records", records, "--format", "json")
    lines = [json.loads(line) for line in records.read_text().splitlines()]
    assert [(line["domain"], len(line["records"])) for line in lines] == [(f"d{i}.{under}", 2) for i in range(3)]
    for record in lines[0]["records"]:
        owner.publish(record["name"], record["value"], record["type"])
    for record, wrong in zip(lines[2]["records"], lines[0]["records"]):
        owner.publish(record["name"], wrong["value"], record["type"])
    internet.resolver.flush()

    checked = bulk(daemon, path, "--until", "check", expected=NO)
    assert done_of(checked) == [["there", "verified"], ["there"], ["there"]]
    activated = bulk(daemon, path, "--until", "activate", expected=NO)
    assert done_of(activated) == [["there", "activated"], ["there"], ["there"]]
    for found in (checked, activated):
        assert found[0]["error"] is None
        assert f"_domainkey.d1.{under}" in found[1]["error"] and ": " in found[1]["error"], "what to do"
        assert found[2]["error"] and found[2]["error"] != found[1]["error"]
    assert activated[0]["warnings"], "Ed25519 alone"

    for line in lines[1:]:
        for record in line["records"]:
            owner.remove(record["name"], record["type"])
            owner.publish(record["name"], record["value"], record["type"])
    internet.resolver.flush()
    again = bulk(daemon, path, "--until", "activate")
    assert done_of(again) == [["there", "active"], ["there", "activated"], ["there", "activated"]]
    assert_each_once(daemon, under, again, 3)


def test_what_gives_way_is_said(daemon, file, under):
    wide = daemon.create_key(f"d0.{under}", "--match", "DomainAndSubdomains", "--algorithm", ED25519)
    path = file(as_csv(ed25519_keys(1, under)))
    done = daemon.run_ctl("bulk", path, "--until", "activate", "--without-dns-check", style=())
    assert f"created, activated; {wide['id']} becomes SubdomainsOnly" in done.stdout
    assert "warning, of 1: many verifiers know RSA only" in done.stderr


# Records.


def test_the_records_of_all_keys_in_one_file(daemon, file, place, under):
    path, records = file(as_csv(ed25519_keys(20, under))), place(NOBODY if I_AM_ROOT else None) / "records"
    made = bulk(daemon, path, "--records", records, "--format", "nsupdate")
    for form in ("nsupdate", "zone", "oneline"):
        bulk(daemon, path, "--records", records, "--format", form)
        each = [daemon.run_ctl("records", result["id"], "--format", form, style=()).stdout for result in made]
        assert records.read_text() == "".join(each), form
    assert [entry.name for entry in records.parent.iterdir()] == ["records"]


def test_no_half_of_the_records(daemon, file, place, under):
    records = place(NOBODY if I_AM_ROOT else None) / "records"
    records.write_text("what was there")
    path = file(as_csv(ed25519_keys(100, under)))
    with daemon.frozen("keeper"), Watched(daemon, path, "--records", records) as run:
        run.wait_for("0 of 100")
        run.kill()
    assert records.read_text() == "what was there"


def test_the_records_are_written_through_no_other_name_of_a_file(daemon, file, place, under):
    """Where others may write, somebody has prepared the draft: it is another name of a file of ours."""
    records = place(NOBODY if I_AM_ROOT else None) / "records"
    other = records.with_name("other")
    other.write_text("not to be touched")
    if I_AM_ROOT:
        os.chown(other, NOBODY, NOBODY)
    records.with_name("records.new").hardlink_to(other)

    bulk(daemon, file(as_csv(ed25519_keys(1, under))), "--records", records)

    assert other.read_text() == "not to be touched"
    assert "_domainkey" in records.read_text() and not records.samefile(other)


# Whoever dies on the way.


def test_interrupted_it_finishes_what_is_under_way(daemon, file, under):
    path = file(as_csv(ed25519_keys(100, under)))
    with Watched(daemon, path) as run:
        with daemon.frozen("keeper"):
            run.wait_for("of 100")
            run.send_signal(signal.SIGINT)
        code, found, said = run.wait_for_end()
    assert code == COULD_NOT and "the same command again" in said
    assert len(found) < 100
    assert {result["domain"]: [result["id"]] for result in found} == keys_of(daemon, under)
    assert_each_once(daemon, under, bulk(daemon, path), 100)


def test_killed_with_calls_under_way_and_run_again(daemon, file, under):
    """The calls of the dead are done all the same, at the same time as those of the second run."""
    path = file(as_csv(ed25519_keys(100, under)))
    with daemon.frozen("keeper"), Watched(daemon, path) as first:
        first.wait_for("0 of 100")
        first.kill()
        second = Watched(daemon, path)
        second.wait_for("0 of 100")
    with second:
        code, found, _ = second.wait_for_end()
    assert code == YES
    assert_each_once(daemon, under, found, 100)


def test_killed_again_and_again(daemon, file, under):
    path = file(as_csv(ed25519_keys(400, under)))
    known = {}
    for lines in (1, 40, 150):
        with Watched(daemon, path) as run:
            for _ in range(lines):
                run.process.stdout.readline()
            known.update({result["domain"]: result["id"] for result in run.kill()})
    found = bulk(daemon, path)
    assert_each_once(daemon, under, found, 400)
    assert known.items() <= {result["domain"]: result["id"] for result in found}.items()


@pytest.mark.parametrize("role", ["keeper", "vault"])
def test_who_serves_it_is_killed(daemon, file, under, role):
    path = file(as_csv(ed25519_keys(300, under)))
    with Watched(daemon, path) as run:
        for _ in range(2):
            run.process.stdout.readline()
            daemon.wait_for_successor(role, daemon.kill(role))
        code, _, said = run.wait_for_end()
    assert code == YES, said
    assert_each_once(daemon, under, bulk(daemon, path), 300)


# Thousands.


def test_mail_is_signed_meanwhile(daemon, file, under):
    daemon.create_key(f"mail.{under}", "--algorithm", ED25519)
    path = file(as_csv(ed25519_keys(1000, under)))
    with ThreadPoolExecutor(1) as pool, Connection(daemon.milter_socket) as connection:
        run, is_done = pool.submit(bulk, daemon, path), False
        while not is_done:
            is_done = run.done()
            assert connection.open_message(header=[("From", f" alice@mail.{under}"), ("Subject", " x")]) is None
            assert len(connection.end_message().inserted) == 1
    assert done_of(run.result()) == [["created"]] * 1000
    assert done_of(bulk(daemon, path)) == [["there"]] * 1000
