# SPDX-License-Identifier: ISC
"""Every mistake in every setting: signetd names the file, the line, the setting and the remedy, exits with 78, and
leaves nothing behind.

What each sentence says is in tests/unit/test_settings_bad.c; here each kind of mistake is made in each line of a
configuration that has all settings, the daemon's own dump, so that a new setting is tried by itself.
"""

import concurrent.futures
import os
import random
import re
import subprocess

import pytest
from support.place import I_AM_ROOT, NOBODY
from support.servers import REPOSITORY

EXIT_CONFIG = 78
ALL_GROUPS = """\
state_dir = "/s";
listeners = ( { address = "unix:/m"; } );
control = { address = "unix:/c"; };
organizations = ( { name = "a"; } );
login_domains = ( { login = "a"; domains = [ "@" ]; } );
"""
# root looks whether they exist, and numbers do
USERS = """users = { milter = "61001"; vault = "61002"; keeper = "61003"; dns = "61004"; http = "61005"; };
"""


class Checks:
    """signetd --check of texts, several at a time."""

    def __init__(self, programs, directory):
        self.programs, self.directory = programs, directory

    def check(self, path, **options):
        return subprocess.run([self.programs / "signetd", "--check", "-c", path], capture_output=True, text=True,
                              timeout=180, errors="replace", cwd="/", **options)

    def check_text(self, text, name="signetd.conf"):
        path = self.directory / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.check(path)

    def dump_text(self, octets, name):
        """signetd --dump, which looks at the text alone; its output in octets."""
        path = self.directory / name
        path.write_bytes(octets)
        return subprocess.run([self.programs / "signetd", "--dump", "-c", path], capture_output=True, timeout=60,
                              cwd="/")

    def dump_all(self, texts):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda one: self.dump_text(one[1], f"{one[0]}.conf"), enumerate(texts)))

    def check_all(self, texts):
        """[finished] in the order of the texts."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda one: self.check_text(one[1], f"{one[0]}.conf"), enumerate(texts)))


@pytest.fixture
def checks(programs, place):
    return Checks(programs, place())


@pytest.fixture
def lines(checks):
    """The lines of a configuration with every setting, one to a line, without comments."""
    path = checks.directory / "whole.conf"
    path.write_text(ALL_GROUPS + USERS)
    done = subprocess.run([checks.programs / "signetd", "--dump", "-c", path], capture_output=True, text=True,
                          timeout=180, check=True)
    return [re.sub(r"; # .*", ";", line) for line in done.stdout.splitlines()]


def settings(lines):
    """[(index of the line, full name, name, value)] of each that sets a value."""
    section, found = "", []
    for index, line in enumerate(lines):
        if opened := re.fullmatch(r"(\w+) = (\( )?{", line):
            section = opened[1] + ("[0]." if opened[2] else ".")
        elif line[0] == "}":
            section = ""
        elif one := re.fullmatch(r"\t?(\w+) = (.*);", line):
            found.append((index, section + one[1], *one.groups()))
    return found


# kind: (what becomes of "NAME = VALUE;", what is said behind FILE:LINE: with the name in the place of NAME)
MISTAKES = {
    "misspelt": (lambda name, value: f"{name}x = {value};",
                 r"NAMEx is no setting; correct or remove it \(all are in signetd\.conf\(5\)\)"),
    "in-capitals": (lambda name, value: f"{name.upper()} = {value};",
                    r"(?i:NAME) is no setting; correct or remove it \(all are in signetd\.conf\(5\)\)"),
    "a-group": (lambda name, value: f"{name} = {{ }};", r"NAME: wrong type; write .+"),
    "a-fraction": (lambda name, value: f"{name} = 1.5;", r"NAME: wrong type; write .+"),
    "a-long-integer": (lambda name, value: f"{name} = 5L;", r"NAME: wrong type; write .+"),
    "a-list-of-groups": (lambda name, value: f"{name} = ( {{ a = 1; }} );", r"NAME: wrong type; write .+"),
    "a-list-of-lists": (lambda name, value: f"{name} = ( ( \"a\" ) );", r"NAME: wrong type; write .+"),
    "a-control-character": (lambda name, value: f"{name} = [ \"a\\x01\" ];" if value[0] == "[" else
                            f"{name} = \"a\\x01\";", r"NAME: (?:has a control character at octet 2; remove it|"
                                                     r"wrong type; write .+)"),
    "twice": (lambda name, value: f"{name} = {value}; {name} = {value};",
              r"this name is set twice; remove one of the two"),
    "a-huge-integer": (lambda name, value: f"{name} = 99999999999;",
                       r"LAST: a number of 11 digits would be read wrongly; write at most 9 digits.+"),
    "a-hexadecimal": (lambda name, value: f"{name} = 0x10;", r"LAST: hexadecimal numbers .+; write it in decimal"),
    "a-nul-escape": (lambda name, value: f"{name} = \"a\\x00\";", r"LAST: a text cannot have a NUL; remove \\x00"),
    "a-nul": (lambda name, value: f"{name} = \0;", r"LAST: there is a NUL here; is this a text file\?"),
    "not-closed": (lambda name, value: f"{name} = \"a;",
                   r"LAST: this text is not closed on its line; add the missing \""),
    "no-value": (lambda name, value: f"{name} = ;", r"LAST: this is not understood; look for a missing .+"),
    "two-values": (lambda name, value: f"{name} = true false;", r"LAST: this is not understood; look for a missing .+"),
    "a-word-without-quotes": (lambda name, value: f"{name} = always;",
                              r"LAST: this is not understood; look for a missing .+"),
    "no-sign": (lambda name, value: f"{name} {value};", r"(?:LAST: )?this is not understood; look for a missing .+"),
    "an-include": (lambda name, value: "@include \"other.conf\"",
                   r"@include is not supported; write everything into this file"),
    "a-mixed-list": (lambda name, value: f"{name} = [ \"a\", 5 ];",
                     r"LAST: values of a list are of one type; write all in quotes"),
    "a-comment-without-end": (lambda name, value: f"{name} = {value}; /*",
                              r"LAST: this comment is never closed; add the missing \*/"),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_in_any_setting_is_named_with_the_remedy(checks, lines, kind):
    spoil, said = MISTAKES[kind]
    rows = settings(lines)
    assert len(rows) > 60
    texts = []
    for index, _, name, value in rows:
        texts.append("\n".join([*lines[:index], spoil(name, value), *lines[index + 1:]]) + "\n")
    wrong = []
    for number, (row, done) in enumerate(zip(rows, checks.check_all(texts))):
        index, full, name, _ = row
        expected = said.replace("NAME", re.escape(full)).replace("LAST", name)
        place = re.escape(f"{checks.directory}/{number}.conf:{index + 1}: ")
        if done.returncode != EXIT_CONFIG or not re.search(rf"error: {place}{expected}\n\Z", done.stderr):
            wrong.append((row, done.returncode, done.stderr))
    assert wrong == []


def test_the_configuration_without_mistakes_is_none(checks, lines):
    usable = "\n".join(lines).replace('"/s"', f'"{checks.directory}/s"').replace('"unix:/', f'"unix:{checks.directory}/')
    done = checks.check_text(usable + "\n")
    assert (done.returncode, done.stderr) == (0, "")


# What one line more makes of a good configuration: (the line, what is said behind FILE:6:)
TOGETHER = {
    "listener-address-twice": ("listeners = ( { address = \"unix:/m\"; }, { address = \"unix:/m\"; } );",
                               "listeners[1].address: another listener has this address; remove one"),
    "control-is-a-listener": ("listeners = ( { address = \"unix:/c\"; } );",
                              "listeners[0].address: control has the same address; give each its own"),
    "no-such-listener": ("organizations = ( { name = \"b\"; listeners = [ \"x\" ]; } );",
                         "organizations[0].listeners: no listener has the name \"x\"; give it to one"),
    "organization-twice": ("organizations = ( { name = \"b\"; }, { name = \"b\"; } );",
                           "organizations[1].name: another organization has this name; give each its own"),
    "login-after-all": ("login_domains = ( { login = \"*\"; domains = [ ]; }, { login = \"b\"; domains = [ ]; } );",
                        "login_domains[1].login: \"*\" before it takes all logins; put this group before that one"),
    "server-without-zone": ("provider_zone = { server = \"192.0.2.1\"; };",
                            "provider_zone.server: a server without a zone; give the name of the zone, too"),
    "server-without-key": ("provider_zone = { name = \"k.example\"; server = \"192.0.2.1\"; };",
                           "provider_zone.server: a server that anybody could update; give a tsig_key_file, too"),
    "key-without-server": ("provider_zone = { name = \"k.example\"; tsig_key_file = \"/k\"; };",
                           "provider_zone.tsig_key_file: a key and no server to use it with; give the server, too"),
    "field-twice": ("signed_fields = { add = [ \"X-A\" ]; remove = [ \"x-a\" ]; };",
                    "signed_fields.remove: \"x-a\" is already in signed_fields.add; remove one of the two"),
    "field-that-changes": ("signed_fields = { add = [ \"Received\" ]; };",
                           "signed_fields.add: Received changes on the way, which would break the signature; "
                           "remove it"),
    "stamp-of-the-sender": ("stamp_header = \"From\";", "stamp_header: From is the sender's, and would be taken out; "
                            "take another field, such as X-Organization"),
    "header-of-nobody": ("organization_header = { name = \"X-Org\"; };",
                         "organization_header.name: a field that nobody is trusted to write; add networks = [ "
                         "\"192.0.2.1\" ];"),
    "fallback-to-nothing": ("unverified_domain = \"fallback\";",
                            "unverified_domain: fallback signs with the keys of also_sign, and there is none; add "
                            "also_sign = [ \"esp.example\" ];"),
    "identity-twice": ("identity = [ \"header-from\", \"header-from\" ];",
                       "identity: \"header-from\" is there twice; remove one of the two"),
    "also-sign-too-much": ("also_sign = [ \"a.example\", \"b.example\", \"c.example\" ];",
                           "also_sign: more than 2 domains; remove some"),
    "retires-too-early": ("rotation = { retire_after = \"1d\"; };", "rotation.retire_after: 1d is shorter than "
                          "queue_life, the ttl and signature_life together, and mail on its way would lose its key; write at least "
                          "\"289h\""),
    "rotates-too-often": ("rotation = { every = \"1d\"; };", "rotation.every: 1d is shorter than one round, which "
                          "takes retire_after, the ttl and a margin for each of them; write at least \"339h\", or "
                          "\"0s\" to rotate by hand"),
    "groups-in-no-list": ("listeners = { address = \"unix:/m\"; };",
                          "listeners is of the wrong type; write a list of groups: ( { address = …; } )"),
    "no-groups": ("listeners = ( );", "there is no listener; add listeners = ( { address = "
                  "\"unix:/run/signetd/milter.sock\"; } );"),
    "no-group": ("control = \"unix:/c\";", "control is of the wrong type; write a group: { … }"),
    "host-name": ("trusted_networks = [ \"mail.example.com\" ];", "trusted_networks: \"mail.example.com\" is not a "
                  "network; write an address such as 192.0.2.0/24 or 2001:db8::/32 (host names are not looked up)"),
    "too-large": ("map_size = \"99999999999TiB\";", "map_size: \"99999999999TiB\" is too large; write less"),
    "decimal-units": ("map_size = \"64GB\";", "map_size: \"64GB\" is no whole number with a unit; write the number "
                      "and B, KiB, MiB, GiB or TiB"),
    "no-unit": ("drain_timeout = \"30\";", "drain_timeout: \"30\" is no whole number with a unit; write the number "
                "and ms, s, m, h or d"),
}


@pytest.mark.parametrize("case", TOGETHER)
def test_what_does_not_fit_together_is_named_with_the_remedy(checks, case):
    line, said = TOGETHER[case]
    name = line.partition(" ")[0]
    good = [one for one in ALL_GROUPS.splitlines() if not one.startswith(f"{name} ")]
    done = checks.check_text("\n".join([*good, *[""] * (5 - len(good)), line]) + "\n")
    assert done.returncode == EXIT_CONFIG
    assert f"error: {checks.directory}/signetd.conf:6: {said}" in done.stderr and "; " in done.stderr


# ---- what is no configuration at all ----

def test_a_missing_file_and_a_directory_are_named(checks):
    for path, reason in [(checks.directory / "none", "No such file or directory"), (checks.directory, "Is a directory"),
                         (checks.directory / "none" / "none", "No such file or directory")]:
        done = checks.check(path)
        assert done.returncode == EXIT_CONFIG and re.search(rf"cannot (open|read) {path}: {reason}\n", done.stderr)


def test_a_file_that_may_not_be_read_is_named(checks):
    path = checks.directory / "signetd.conf"
    path.write_text(ALL_GROUPS + USERS)
    path.chmod(0)
    done = checks.check(path, **({"user": NOBODY, "group": NOBODY, "extra_groups": []} if I_AM_ROOT else {}))
    assert done.returncode == EXIT_CONFIG and f"cannot open {path}: Permission denied\n" in done.stderr


FILES = {
    "empty": (b"", r":1: state_dir is missing; add .+"),
    "too-large": (b"#" * (1 << 20) + b"\n", r":1: the file has more than 1048576 octets; is it the right one\?"),
    "a-program": (b"\x7fELF\x02\x01\x01\0\0\0", r":1: there is a NUL here; is this a text file\?"),
    "utf-16": ("state_dir = \"/s\";".encode("utf-16"), r":1: there is a NUL here; is this a text file\?"),
    "a-byte-order-mark": (b"\xef\xbb\xbfstate_dir = \"/s\";\n", r":1: (?:state_dir: )?this is not understood; .+"),
    "one-open-bracket": (b"listeners = (" * 1, r":1: listeners: this is not understood; .+"),
    "brackets-without-end": (b"(" * 100000, r":1: this is not understood; .+"),
    "deep": (b"state_dir = " + b"( " * 5000 + b") " * 5000 + b";", r":1: state_dir: brackets are nested too deep; .+"),
    "lines-without-end": (b"\n" * 70000 + b"x = 1;", r":70001: x is no setting; .+"),
}


@pytest.mark.parametrize("case", FILES)
def test_what_is_no_configuration_is_refused(checks, case):
    content, said = FILES[case]
    done = checks.check_text(content)
    assert done.returncode == EXIT_CONFIG, done
    assert re.search(rf"error: {checks.directory}/signetd\.conf{said}\n\Z", done.stderr), done.stderr


def test_whatever_an_editor_does_to_it_it_is_read_or_refused_with_its_line(checks, lines):
    """Cut off, lines exchanged, characters put in and taken out: the seed is fixed."""
    whole, dice, texts = "\n".join(lines) + "\n", random.Random(78), []
    for _ in range(150):
        at = dice.randrange(len(whole))
        texts += [whole[:at], whole[:at] + dice.choice("\"{}[]()=;:#/*@\\\n0,") + whole[at + 1:],
                  whole[:at] + whole[at + dice.randrange(1, 9):]]
    for text, done in zip(texts, checks.check_all(texts)):
        assert done.returncode in (0, EXIT_CONFIG), (text, done)
        assert (done.returncode == 0) == ("error: " not in done.stderr), (text, done)
        assert done.returncode == 0 or re.search(rf"error: {checks.directory}/\d+\.conf:\d+: .+; .+", done.stderr), done
    assert sorted(os.listdir(checks.directory)) == sorted([*(f"{n}.conf" for n in range(len(texts))), "whole.conf"])


# ---- mutations ----

SAMPLE = (REPOSITORY / "conf/signetd.conf").read_bytes()
NUMBERS = [b"0", b"-1", b"007", b"999999999", b"1000000000", b"4294967296", b"9223372036854775808", b"1" * 400, b"0x7f",
           b"0b1", b"1e309", b"-0", b"5L", b"1_000"]
VALUES = [b"true", b"5", b"1.5", b'""', b'"x"', b"[ ]", b"( )", b"{ }", b"[ 1, 2 ]", b'( "a", 5 )', b"( { } )",
          b'{ a = { b = ( 1 ); }; }', b'"' + b"x" * 70000 + b'"', b'"a" "b"', b"[ [ ] ]", b"( ( ( ) ) )"]
INCLUDES = [b'@include "signetd.conf"\n', b'@include "/etc/passwd"\n', b'@include "/dev/zero"\n', b"@include \n",
            b'@include "*"\n', b'@include "0.conf"\n@include "1.conf"\n']


def in_a_line(text, dice, change):
    """One of its lines that sets something is another."""
    lines = text.split(b"\n")
    rows = [index for index, line in enumerate(lines) if b" = " in line and line.rstrip().endswith(b";")]
    index = dice.choice(rows)
    lines[index] = change(lines[index].lstrip(b"#"))
    return b"\n".join(lines)


def with_value(text, dice, values):
    return in_a_line(text, dice, lambda line: line.partition(b" = ")[0] + b" = " + dice.choice(values) + b";")


def flipped(text, dice):
    octets = bytearray(text)
    for _ in range(dice.randrange(1, 9)):
        octets[dice.randrange(len(octets))] ^= 1 << dice.randrange(8)
    return bytes(octets)


def exchanged(text, dice):
    lines = text.split(b"\n")
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def at_some_line(text, dice, piece):
    at = dice.choice([0, *(found.end() for found in re.finditer(rb"\n", text))])
    return text[:at] + piece + text[at:]


def nested(text, dice):
    depth = dice.choice([5, 60, 1000, 20000])
    opened, closed = dice.choice([(b"( ", b" )"), (b"{ a = ", b"; }"), (b"[ ", b" ]"), (b"/* ", b" */")])
    return with_value(text, dice, [opened * depth + b'"a"' + closed * dice.choice([depth, depth - 1])])


# {kind: what becomes of a configuration}
MUTATIONS = {
    "flipped": flipped,
    "cut-off": lambda text, dice: text[:dice.randrange(len(text))],
    "without-a-piece": lambda text, dice: text[:(at := dice.randrange(len(text)))] + text[at + dice.randrange(1, 400):],
    "doubled-line": lambda text, dice: in_a_line(text, dice, lambda line: line + b"\n" + line),
    "doubled": lambda text, dice: text + text,
    "exchanged": exchanged,
    "number": lambda text, dice: with_value(text, dice, NUMBERS + [
        b'"%s%s"' % (one, unit) for one in NUMBERS for unit in (b"", b"s", b"TiB", b"d")]),
    "type": lambda text, dice: with_value(text, dice, VALUES),
    "include": lambda text, dice: at_some_line(text, dice, dice.choice(INCLUDES)),
    "nested": nested,
    "octets": lambda text, dice: at_some_line(text, dice, dice.randbytes(dice.randrange(1, 300))),
    "text": lambda text, dice: with_value(text, dice, [b'"%s"' % re.sub(rb'["\n]', b"", dice.randbytes(length))
                                                       for length in (1, 9, 300)]),
    "line-ends": lambda text, dice: text.replace(b"\n", dice.choice([
        b"\r\n", b"\r", b"\n\n", b" ", b"\x85", b"\x0b\n"])),
}
EACH = 40  # of each configuration


@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_mutation_is_refused_with_its_line_or_read_as_what_its_dump_says(checks, lines, kind):
    """The seed is fixed. Two configurations: the sample, and one that sets everything."""
    dice = random.Random(f"signetd {kind}")
    originals = SAMPLE, "\n".join(lines).encode() + b"\n"
    texts = [MUTATIONS[kind](text, dice) for _ in range(EACH) for text in originals]
    for number, done in enumerate(checks.dump_all(texts)):
        file = f"{checks.directory}/{number}.conf"
        assert done.returncode in (0, EXIT_CONFIG), (texts[number], done)
        if done.returncode != 0:
            assert done.stdout == b"" and re.search(rb"error: %s:\d+: .+\n\Z" % file.encode(), done.stderr), done
            continue
        assert b"error: " not in done.stderr, done
        again = checks.dump_text(done.stdout, "again.conf")
        assert again.returncode == 0 and without_origins(again.stdout) == without_origins(done.stdout), texts[number]
    assert {*os.listdir(checks.directory)} <= {*(f"{n}.conf" for n in range(len(texts))), "whole.conf", "again.conf"}


def without_origins(dump):
    return re.sub(rb"; # .*", b";", dump)
