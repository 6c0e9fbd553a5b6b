# SPDX-License-Identifier: ISC
"""What a shell offers behind "signetctl" is what signetctl takes: held against its own help, in each shell."""

import re
import shlex
import subprocess
import tempfile

import pytest
from support.daemon import build_directory

FILES = {"bash": "signetctl", "zsh": "_signetctl", "fish": "signetctl.fish"}
SHELLS = {"bash": ["bash", "--norc", "--noprofile", "-c"], "zsh": ["zsh", "-f", "-c"],
          "fish": ["fish", "--no-config", "-c"]}
PARSE = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}
# As an editor of the line asks: the words before the cursor, and what is begun.
ASK = {
    "bash": 'COMP_WORDS=(signetctl %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _signetctl; '
            'printf "%%s\\n" "${COMPREPLY[@]}"',
    "zsh": "_signetctl_asked %s",
    "fish": "complete -C %s",
}
# zsh's own part needs its line editor: it passes on what these functions say
ZSH = """
_signetctl_asked() {
    local current=${@[-1]} candidate
    _signetctl_candidates "$current" "${@[1,-2]}" | while IFS= read -r candidate; do
        case $candidate in
        @KEY) _signetctl_keys "${@[1,-2]}" ;;
        @FILE) print -l -- ${current}*(N) ;;
        *) print -r -- "$candidate" ;;
        esac
    done | while IFS= read -r candidate; do
        [[ ${candidate%%:*} == "$current"* ]] && print -r -- "${candidate%%:*}"
    done
    return 0
}
"""


def completions(shell):
    return build_directory() / "completions" / FILES[shell]


def ask_all(shell, lines, path=None):
    """[set of candidates] for each list of words, of which the last one is begun."""
    asked = [ASK[shell] % (shlex.quote("signetctl " + " ".join(line)) if shell == "fish" else shlex.join(line))
             for line in lines]
    script = "\n".join([f"source {completions(shell)}", ZSH if shell == "zsh" else "",
                        *(f"{ask}\necho '=='" for ask in asked)])
    with tempfile.TemporaryDirectory() as home:  # fish makes itself at home
        done = subprocess.run([*SHELLS[shell], script], capture_output=True, text=True, timeout=120, cwd=path,
                              env={"PATH": f"{path}:/usr/bin:/bin", "HOME": home, "TERM": "dumb"})
    assert (done.returncode, done.stderr) == (0, ""), done
    parts = done.stdout.split("==\n")[:-1]
    assert len(parts) == len(lines)
    return [{line.partition("\t")[0] for line in part.splitlines() if line} for part in parts]


def ask(shell, *words, path=None):
    return ask_all(shell, [words], path)[0]


def help_of(*words):
    return subprocess.run([build_directory() / "signetctl", "help", *words], capture_output=True, text=True,
                          timeout=180, check=True).stdout


def commands():
    lines = [line for line in help_of().splitlines() if re.match("  [a-z]", line)]
    return [re.match(r"[a-z -]*[a-z]", line[2:25])[0] for line in lines]


def options(command):
    return set(re.findall(r"^  (--[a-z0-9-]+)", help_of(*command.split()), re.MULTILINE))


@pytest.fixture(params=FILES)
def shell(request):
    return request.param


def test_the_shell_reads_it(shell):
    subprocess.run([*PARSE[shell], completions(shell)], check=True)


def test_every_command_is_offered_and_no_other(shell):
    words = [command.split() for command in commands()]
    groups = {one[0] for one in words if len(one) > 1}
    expected = [{one[0] for one in words}, *({one[1] for one in words if one[0] == group} for group in sorted(groups))]
    asked = [[""], *([group, ""] for group in sorted(groups))]
    assert len(words) > 20 and ask_all(shell, asked) == expected
    assert ask_all(shell, [["help", *line] for line in asked]) == expected


def test_every_option_of_a_command_is_offered_and_no_other(shell):
    names = commands()
    found = ask_all(shell, [[*command.split(), "--"] for command in names])
    assert {name: one - {"--help", "--version"} for name, one in zip(names, found)} == {
        name: options(name) for name in names}


@pytest.mark.parametrize(("words", "expected"), [
    (["key", "sh"], {"show"}),
    (["key", "create", "--match", ""], {"DomainOnly", "SubdomainsOnly", "DomainAndSubdomains"}),
    (["key", "create", "--match", "Domain"], {"DomainOnly", "DomainAndSubdomains"}),
    (["key", "create", "--algorithm", ""], {"rsa-sha256", "ed25519-sha256"}),
    (["key", "create", "--key-size", ""], {"2048", "3072", "4096"}),
    (["key", "create", "--publication", ""], {"direct", "delegated"}),
    (["key", "update", "example.com", "--test-mode", ""], {"on", "off"}),
    (["key", "revoke", "--slot", ""], {"primary", "alternate"}),
    (["records", "example.com", "--format", ""], {"zone", "oneline", "nsupdate", "json"}),
    (["bulk", "file", "--until", ""], {"create", "check", "activate"}),
    (["key", "create", "--domain", ""], set()),
    (["key", "create", "--org", "x", "--mat"], {"--match"}),
    (["--control", "unix:/x", "key", "sh"], {"show"}),
    (["key", "create", ""], set()),
    (["no-such-command", ""], set()),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_may_stand_there_is_offered(shell, words, expected):
    assert ask(shell, *words) == expected


@pytest.mark.parametrize("words", [["key", "import"], ["backup"], ["try"], ["diff"], ["diff", "one.eml"], ["explain"],
                                   ["bulk", "--records"]], ids=" ".join)
def test_files_are_offered(shell, words, tmp_path):
    for name in ("one.eml", "one.pem", "two.eml"):
        (tmp_path / name).touch()
    assert ask(shell, *words, "one", path=tmp_path) == {"one.eml", "one.pem"}
    assert ask(shell, *words, "one.eml", "two.eml", "", path=tmp_path) == set() or words == ["bulk", "--records"]


@pytest.fixture
def daemon_with_keys(tmp_path):
    """A signetctl in the PATH that lists two keys, and writes down how it was called."""
    program = tmp_path / "signetctl"
    program.write_text(f"""#!/bin/sh
echo "$*" >{tmp_path}/called
echo 'ID     DOMAIN    MATCH'
echo 'dk_01  a.example  DomainOnly'
echo 'dk_02  b.example  DomainOnly'
""")
    program.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("words", [["key", "show"], ["records"], ["key", "list", "--after"]], ids=" ".join)
def test_keys_are_asked_of_the_daemon(shell, words, daemon_with_keys):
    assert ask(shell, *words, "", path=daemon_with_keys) == {"dk_01", "dk_02", "a.example", "b.example"}
    assert ask(shell, "--control", "unix:/x", *words, "dk_", path=daemon_with_keys) == {"dk_01", "dk_02"}
    assert (daemon_with_keys / "called").read_text() == "--control unix:/x key list --limit 500\n"


def test_a_value_behind_a_sign_is_offered():
    """bash takes the sign for a word; fish wants all of it."""
    assert ask("bash", "records", "x", "--format", "=", "n") == {"nsupdate"}
    assert ask("bash", "records", "x", "--format", "=") == {"zone", "oneline", "nsupdate", "json"}
    assert ask("fish", "records", "x", "--format=n") == {"--format=nsupdate"}


def test_every_choice_is_one_that_signetctl_takes():
    """Those that signetctl itself judges say so of any other word."""
    program = build_directory() / "signetctl"
    for words, option in ((["records", "x"], "--format"), (["bulk", "x"], "--until"),
                          (["key", "create", "--domain", "x"], "--test-mode")):
        said = subprocess.run([program, *words, option, "bogus"], capture_output=True, text=True, timeout=180).stderr
        choices = ask("bash", *words, option, "")
        assert choices and set(re.findall(r"[a-z]+", said.partition('"bogus" is ')[2])) >= choices, said
