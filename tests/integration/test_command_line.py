# SPDX-License-Identifier: ISC
"""What signetctl says of itself, and to who got a word wrong. No daemon is asked."""

import re
import subprocess

import pytest

YES, COULD_NOT = 0, 2


@pytest.fixture
def ctl(programs):
    """ctl(WORD…): the finished command."""
    def run(*words):
        return subprocess.run([programs / "signetctl", "--control", "unix:/nonexistent", *words],
                              capture_output=True, text=True, timeout=180)
    return run


def commands(text):
    """The commands that a help text lists, as words."""
    return [re.sub(r" [A-Z\[].*", "", line[2:24].strip()) for line in text.splitlines() if re.match("  [a-z]", line)]


def test_every_command_has_help_of_its_own(ctl):
    all_of_them = commands(ctl("help").stdout)
    assert {"key create", "import-opendkim", "vault rekey", "diff"} <= set(all_of_them)
    for command in all_of_them:
        done = ctl(*command.split(), "--help")
        assert (done.returncode, done.stderr) == (YES, "") and f"usage: signetctl {command}" in done.stdout
        assert ctl("help", *command.split()).stdout == done.stdout


def test_help_on_a_group_lists_its_commands(ctl):
    expected = [command for command in commands(ctl("help").stdout) if command.startswith("key ")]
    assert commands(ctl("help", "key").stdout) == commands(ctl("key", "--help").stdout) == expected


@pytest.mark.parametrize(("words", "option", "said"), [
    (["key", "create"], "--selector", "of the first slot (made up)"),
    (["key", "import"], "--selector", "published"),
    (["key", "list"], "--org", "only keys of this organization"),
    (["key", "update"], "--match", "DomainAndSubdomains"),
    (["diff"], "--domain", "d="),
    (["status"], "--control", "unix:/run/signetd/control"),
])
def test_an_option_is_explained_as_the_command_takes_it(ctl, words, option, said):
    line = next(line for line in ctl(*words, "--help").stdout.splitlines() if line.startswith(f"  {option} "))
    assert said in line and "(DomainOnly)" not in line


@pytest.mark.parametrize(("words", "said"), [
    ([], "see signetctl help"),
    ([""], 'there is no command "": see signetctl help\n'),
    (["frob", "x"], 'there is no command "frob": see signetctl help\n'),
    (["key"], 'there is no command "key": see signetctl help key\n'),
    (["key", "frob"], 'there is no command "key frob": see signetctl help key\n'),
    (["help", "frob"], 'there is no command "frob"'),
    (["key", "create", "a.example"], '"a.example" is a word too many behind "key create"'),
    (["diff", "a", "b", "c"], '"c" is a word too many'),
    (["backup", "-"], "not standard output"),
    (["try", "-", "--macros", "auth_type"], "--macros auth_type: write NAME=VALUE, with a comma between several"),
    (["records", "a.example", "--format", "bogus"], '--format "bogus" is none of: zone, oneline, nsupdate, json'),
], ids=lambda value: "-".join(value) if isinstance(value, list) else "")
def test_a_wrong_word_is_named(ctl, words, said):
    done = ctl(*words)
    assert (done.returncode, done.stdout) == (COULD_NOT, "") and said in done.stderr, done


def test_diff_says_whether_there_is_a_signature_at_all(ctl, tmp_path):
    message = tmp_path / "message"
    message.write_text("From: a@a.example\n\nHello\n")
    assert ctl("diff", message, message).stderr == "signetctl: neither copy has a DKIM-Signature field\n"
    assert "of that domain and selector" in ctl("diff", message, message, "--selector", "s").stderr
