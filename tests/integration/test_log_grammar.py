# SPDX-License-Identifier: ISC
"""Whatever a sender puts into a message, its line is read back by the grammar of docs/log.md as what it was: no value
ends another, or says what another would."""

import random
import re

import pytest
from support import abnf
from support.mta import Connection
from support.servers import REPOSITORY

RULES = abnf.read((REPOSITORY / "docs/log.md").read_text())
PAIR = re.compile(f" (?P<key>[a-z_]+)=(?P<value>{RULES['quoted']}|{RULES['token']})")
FLAW = re.compile(f"(?P<word>{RULES['word']})(?::(?P<field>{RULES['namechar']}*))?(?:=(?P<octets>{RULES['number']}))?")
MESSAGES = 60
NAMES = ["X", "X-Long", "X,nul", "X=9999", "X,bare-cr:Subject=1", 'X" reason=signed', "X\\", "X fit=nul", "X[]{}!#$%&'*+-./^_`|~",
         "X\x7f\x01\tx", "Xü", "X" * 40, "X, " * 20]
WORDS = ['" decision=reject reason="', "a b", "ü", "\\", '"', "=", ",", "x" * 300, "a\x01\x7fb", "fit=nul", "", "?", "\t",
         "message queue_id=FAKE", "@"]


@pytest.fixture(scope="module")
def daemon(signetd):
    daemon = signetd(False, settings={"trusted_networks": ["local", "127.0.0.0/8"]})
    daemon.create_key("example.com")
    daemon.create_key("example.com", "--algorithm", "ed25519-sha256")
    return daemon


def shown(text, unshown='"\\', most=256):
    """As the log has a text of a sender."""
    octets = text.encode()[:most]
    return "".join(chr(octet) if 32 <= octet < 127 and chr(octet) not in unshown else "?" for octet in octets)


def make_message(draw):
    """(envelope sender, login, header)"""
    def words():
        return "".join(draw.choices(WORDS, k=draw.randrange(4))).strip("\t ")

    odd = [(draw.choice(NAMES), draw.choice([" ü", " a\rb", f" {'w' * draw.randrange(900, 1100)}", f" ü{'w' * 1200}"]))
           for _ in range(draw.randrange(4))]
    return f"<{words()}@example.com>", words(), [
        ("From", " x@example.com"), ("Message-ID", f" {words()}"), *odd]


def flaws_of(header):
    """{word: (field, octets)} of what stands in the header, by another reading than the milter's."""
    found = {}
    for name, value in header:
        octets = max(len(line.encode()) for line in f"{name}:{value}".split("\r\n"))
        if octets > 998 and octets > found.get("long-header-line", (None, 0))[1]:
            found["long-header-line"] = name, octets
        if not (name + value).isascii():
            found.setdefault("8bit-header", (name, None))
        if "\r" in value.replace("\r\n", ""):
            found.setdefault("bare-cr", (name, None))
    return {word: (shown(name.strip("\t "), '",:=\\ ', 30), octets) for word, (name, octets) in found.items()}


def read(line):
    """{key: values} of a line that is one of the grammar."""
    assert re.fullmatch(RULES["line"], line), line
    pairs = [(match["key"], match["value"]) for match in PAIR.finditer(line, len("message"))]
    assert "message" + "".join(f" {key}={value}" for key, value in pairs) == line
    return {key: [value.strip('"') for name, value in pairs if name == key] for key, _ in pairs}


def read_flaws(fit):
    assert re.fullmatch(RULES["fit"], fit), fit
    return {match["word"]: (match["field"], match["octets"] and int(match["octets"]))
            for match in map(FLAW.fullmatch, fit.split(","))}


@pytest.mark.parametrize("seed", range(MESSAGES))
def test_a_line_is_read_back(daemon, seed):
    sender, login, header = make_message(random.Random(seed))
    queue_id = f"G{seed}" + random.Random(seed).choice(["", '"', "\\", " decision=skip", "=", "ü", "q" * 200])
    with Connection(daemon.milter_socket) as connection:
        reply = connection.open_message(sender, header, b"Hello\r\n", queue_id, {"{auth_authen}": login})
        reply or connection.end_message()

    line = daemon.wait_for_log(rf"message queue_id=G{seed}(?!\d)").partition(": ")[2]
    said = read(line)
    assert said["queue_id"] == [shown(queue_id, '"\\ ', 128)]
    assert said["decision"] == ["sign"] and said["d"] == ["example.com"] * 2
    assert said["login"] == [shown(login)] and said["message_id"] == [shown(header[1][1].strip("\t "))]
    assert said["from"] == ["example.com"]
    assert read_flaws(said["fit"][0]) == flaws_of(header) if "fit" in said else flaws_of(header) == {}


def test_the_grammar_refuses_what_is_no_line(daemon):
    with Connection(daemon.milter_socket) as connection:
        connection.open_message(queue_id="PLAIN")
        connection.end_message()
    line = daemon.wait_for_log("queue_id=PLAIN ").partition(": ")[2]
    assert read(line)
    for old, new in ((' login=""', ' login="a"b"'), (" us=", " us=x"), (" d=", " e="), (" from=", "  from="),
                     ("message ", ""), (' login=""', f' login="{"x" * 257}"')):
        assert old in line and not re.fullmatch(RULES["line"], line.replace(old, new, 1)), new
