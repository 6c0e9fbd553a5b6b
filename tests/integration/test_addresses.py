# SPDX-License-Identifier: ISC
"""From fields as we read them and as Python's email package does, which was written by others from the same RFC."""

import ast
import email.policy
import re
import subprocess

import pytest
from support import compiled
from support.servers import REPOSITORY

SOURCE = REPOSITORY / "src"
MODULES = ("dkim/address.c", "dkim/address_scan.c", "base/arena.c", "base/buf.c", "base/slice.c", "base/status.c")

# Where Python reads otherwise, and why the RFC, or the mail there is, wants our reading.
DISAGREEMENTS = {
    " 'alice@evil.example' <alice@example.com>": "Python takes the display name for the address and drops the address",
    " alice @ evil.example bob <alice@example.com>": "as above",
    " [a@evil.example] <alice@example.com>": "brackets in a display name: no grammar has them, mail has",
    " [Support] Alice <alice@example.com>": "as above",
    " alice@[ \\] 192.0.2.1 ]": "a quoted pair in a domain literal (RFC 5322 §4.4, obs-dtext)",
    " alice@example.com.": "the final dot of DNS: beyond the grammar, harmless",
    " .alice@example.com": "a dot at the beginning of a local part: providers have allowed it",
    " alice@=?utf-8?Q?a,b@evil.example?=": "Python decodes encoded words in addresses, which RFC 2047 §5 forbids",
    " alice@=?utf-8?Q?(?=": "as above",
}


def table():
    """[(value, domains or None)]: the cases of tests/unit/test_address.c."""
    source = (REPOSITORY / "tests/unit/test_address.c").read_text()
    rows = re.sub(r"/\*.*?\*/", "", re.search(r"address_cases\[\] = \{(.*?)^\};", source, re.DOTALL | re.MULTILINE)[1],
                  flags=re.DOTALL)
    literal = r'"(?:[^"\\]|\\.)*"'
    texts = rf"((?:{literal}\s*)+)"
    found = re.findall(rf"\{{\s*{texts},\s*(?:{texts}|NULL)\s*\}}", rows)
    assert len(found) == len(re.findall(r"^\t\{", rows, re.MULTILINE)), "a row was not understood"

    def value(text):
        return b"".join(ast.literal_eval("b" + part) for part in re.findall(literal, text)).decode("latin-1")
    return [(value(text), value(domains) if domains else None) for text, domains in found]


@pytest.fixture(scope="module")
def our_readings(place):
    """{value: domains as text, or None}."""
    values = [value for value, _ in table()]
    program = compiled.program("domains", place(), "-std=gnu17", f"-I{SOURCE}", *(SOURCE / name for name in MODULES))
    output = subprocess.run([program], input="".join(value + "\0" for value in values).encode("latin-1"),
                            capture_output=True, check=True).stdout.decode("latin-1")
    readings = [reading.split("\n") for reading in output.split("\0")[:-1]]
    return {value: " ".join(domains) if status == "ok" else None
            for value, (status, *domains) in zip(values, readings, strict=True)}


def python_reading(value):
    """The same of Python; None when it finds no address, or something wrong with what has none."""
    text = value.encode("latin-1").decode("utf-8", "surrogateescape").replace("\r\n", "")
    try:
        field = email.policy.default.header_factory("From", text)
        domains = [address.domain for address in field.addresses]
    except Exception:  # its parser stumbles over some texts that are no addresses
        return None
    if "" in domains or (not domains and not field.groups):
        return None
    return " ".join(domains).encode("utf-8", "surrogateescape").decode("latin-1"), bool(field.defects)


def agrees(ours, python):
    if python is None:
        return ours is None
    domains, has_defects = python
    return has_defects if ours is None else domains == ours


def test_there_are_cases_of_every_kind():
    domains = [domains for _, domains in table()]
    assert len(domains) >= 80 and domains.count(None) >= 30 and domains.count("") >= 2


def test_the_table_is_how_we_read(our_readings):
    assert our_readings == dict(table())


def test_python_reads_the_same_but_where_the_reason_is_known(our_readings):
    differing = {value for value, ours in our_readings.items() if not agrees(ours, python_reading(value))}
    assert differing == set(DISAGREEMENTS)
