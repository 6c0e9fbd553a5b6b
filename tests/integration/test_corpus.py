# SPDX-License-Identifier: ISC
"""Each kind of odd message (tests/corpus) leaves Postfix with signatures that everybody verifies, in every
canonicalization. scripts/prove-corpus does the same with thousands."""

import re
import subprocess

import corpus
import pytest
from support import dnskey, samples
from support.passage import CANONICALIZATIONS, Passage
from support.proof import JUDGES, Proof, is_signed
from support.servers import REPOSITORY
from support.sink import Arrival
from support.tally import Tally
from support.verify import Unreadable, Verdict

SEED = 1
TOO_LARGE_HERE = ("bodies.five_megabytes", "bodies.twenty_five_megabytes")


def numbers_of_each_kind(nth):
    """The nth message of each kind, and ten more that are mixed of several."""
    found = {}
    for number in range(10000):
        found.setdefault(corpus.kind_of(number), []).append(number)
    mixed = found["catalogue.mixed"][10 * (nth + 1):][:10]
    return [found[kind][nth] for kind in corpus.kinds() if kind not in TOO_LARGE_HERE] + mixed


# The corpus.

def test_the_first_five_thousand_are_of_every_kind():
    assert {corpus.kind_of(number) for number in range(5000)} == set(corpus.kinds())
    assert sum(corpus.kind_of(number) == "foreign.signed_by_others" for number in range(5000)) == 20


def test_a_number_of_a_seed_is_always_the_same_message(tmp_path):
    numbers = [str(number) for number in numbers_of_each_kind(1)]
    for directory, hash_seed in (("one", "1"), ("two", "2")):
        subprocess.run(["/usr/bin/python3", "-B", "-m", "corpus", tmp_path / directory, *numbers], check=True,
                       cwd=REPOSITORY / "tests", env={"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": hash_seed})

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert len(list((tmp_path / "two").iterdir())) == len(numbers)


def test_another_seed_gives_another_message():
    assert corpus.sample(1, seed=1).octets != corpus.sample(1, seed=2).octets


# The proof itself: it must be able to fail.

DOMAIN = "example.com"
SAMPLE = corpus.Sample(0, "kind", b"", "", DOMAIN, ())


class Says:
    """Judges who pass whatever signatures are there, but for one."""

    def __init__(self, fields, stumbling=None, answer=None):
        verdicts = [Verdict(True, DOMAIN, "s", re.search(rb"a=([^;]*)", field)[1].decode(), "") for field in fields]
        for name in JUDGES["rsa-sha256"]:
            setattr(self, name, lambda message, name=name: answer() if name == stumbling else verdicts)


@pytest.fixture(scope="module")
def keys():
    return {"s": dnskey.rsa(), "e": dnskey.ed25519()}


def arrival_of(message, keys):
    """The message with a signature by each key."""
    for selector, key in keys.items():
        message = key.field_for(message, DOMAIN, selector) + message
    return Arrival("", (), message)


def results(arrival, keys, stumbling=None, answer=None):
    """{(signature, judge): result}"""
    records = {f"{selector}._domainkey.{DOMAIN}": key.record for selector, key in keys.items()}
    proof = Proof(Says(arrival.fields("DKIM-Signature"), stumbling, answer), records.__getitem__)
    return {(outcome.signature, outcome.judge): outcome.result
            for outcome in proof.outcomes(SAMPLE, "simple/simple", arrival)}


def refuse():
    raise Unreadable("syntax")


def wrong_by(judge):
    return {(signature, name): "fail" if name == judge else "pass"
            for signature in ("rsa-sha256", "ed25519-sha256") for name in JUDGES[signature]}


def test_all_pass_when_all_say_so(keys):
    assert set(results(arrival_of(samples.plain(), keys), keys).values()) == {"pass"}


@pytest.mark.parametrize("answer", [refuse, lambda: []], ids=["refuses", "sees-nothing"])
@pytest.mark.parametrize("judge", ["dkimpy", "opendkim"])
def test_a_judge_who_alone_does_not_pass_it_is_believed(keys, judge, answer):
    arrival = arrival_of(samples.plain(), keys)
    assert results(arrival, keys, judge, answer) == wrong_by(judge)


def test_a_judge_is_excused_for_what_it_is_known_to_stumble_over(keys):
    arrival = arrival_of(b"X;Y: semicolon\r\n" + samples.plain(), keys)
    found = results(arrival, keys, "opendkim", refuse)
    assert {result for (_, judge), result in found.items() if judge == "opendkim"} == {
        "a field name with a semicolon: it refuses the message"}
    assert results(arrival, keys, "dkimpy", refuse) == wrong_by("dkimpy")


def test_nobody_is_excused_when_the_signature_is_wrong_by_hand(keys):
    arrival = arrival_of(b"X;Y: semicolon\r\n" + samples.plain(), keys)
    changed = Arrival("", (), arrival.data + b"more\r\n")
    assert results(changed, keys, "opendkim", refuse) == wrong_by("opendkim")


def test_a_message_is_signed_when_all_fields_are_there(keys):
    arrival = arrival_of(samples.plain(), keys)
    assert is_signed(SAMPLE, arrival)
    assert not is_signed(SAMPLE, None)
    assert not is_signed(SAMPLE, Arrival("", (), samples.without_top_field(arrival.data, "DKIM-Signature")))


# Through Postfix.

@pytest.fixture(scope="module")
def proof(judges, names):
    for name, value in corpus.records().items():
        names.publish(name, value)
    return Proof(judges, names.text)


@pytest.mark.parametrize("canonicalization", CANONICALIZATIONS)
def test_every_kind_verifies_everywhere(signetd, postfix, make_sink, names, proof, canonicalization):
    passage = Passage(canonicalization, corpus.SIGNING_DOMAINS, signetd, postfix, make_sink, names)
    numbers = numbers_of_each_kind(CANONICALIZATIONS.index(canonicalization))
    sent = [corpus.sample(number, SEED) for number in numbers]

    arrivals, refusals = passage.carry(sent)

    assert refusals == {}
    tally, failed = Tally(), []
    for sample in sent:
        arrival = arrivals[sample.number]
        outcomes = proof.outcomes(sample, canonicalization, arrival)
        tally.add(sample, canonicalization, is_signed(sample, arrival), outcomes)
        failed += [(sample.number, outcome) for outcome in outcomes if outcome.result == "fail"]
    assert failed == []
    assert (tally.signed, tally.failed) == (len(sent), 0), tally.last_line
