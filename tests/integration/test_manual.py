# SPDX-License-Identifier: ISC
"""The manual pages say all there is, and nothing else: held against the programs, not against what the pages are made
of."""

import re
import subprocess

import pytest
from support.daemon import build_directory
from support.servers import REPOSITORY

NAMES = ["signetctl.1", "signetd.8", "signetd.conf.5", "signetd-keys.7"]
FOREIGN = {"nsupdate 1", "systemd 1", "systemd-journald.service 8"}  # pages of others that ours may refer to
OF_THE_MACHINE = "STYLE: referenced manual not found: "  # what is installed; the next test asks for it
CONFIGURATION = """\
state_dir = "/s";
listeners = ( { address = "unix:/m"; } );
control = { address = "unix:/c"; };
organizations = ( { name = "a"; } );
login_domains = ( { login = "a"; domains = [ "@" ]; } );
"""


def page(name):
    """Where it is: made in the build directory, or written by hand."""
    made = build_directory() / "man" / name
    return made if made.exists() else REPOSITORY / "man" / name


def source(name):
    return page(name).read_text()


def run(program, *arguments, check=True):
    return subprocess.run([build_directory() / program, *arguments], capture_output=True, text=True, timeout=180,
                          check=check)


def part_of(text, heading):
    """What stands under a heading."""
    return re.search(rf"^\.Sh {heading}\n(.*?)(?=^\.Sh |\Z)", text, re.MULTILINE | re.DOTALL)[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_clean(name):
    done = subprocess.run(["mandoc", "-T", "lint", page(name)], capture_output=True, text=True)
    assert [line for line in done.stdout.splitlines() if OF_THE_MACHINE not in line] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_refers_to_pages_that_are_there(name):
    here = {name.replace(".conf.", "\0").replace(".", " ").replace("\0", ".conf ") for name in NAMES}
    assert set(re.findall(r"^\.Xr (\S+ \d)", source(name), re.MULTILINE)) - here <= FOREIGN


# ---- signetd.conf(5) ----

def settings_of_the_program(directory):
    """{(section, name): default, or None} of --dump."""
    file = directory / "signetd.conf"
    file.write_text(CONFIGURATION)
    section, settings = "", {}
    for line in run("signetd", "--dump", "-c", file).stdout.splitlines():
        if opened := re.match(r"(\w+) = [({]", line):
            section = opened[1]
        elif line[0] in "});":
            section = ""
        else:
            name, value, origin = re.match(r"\t?(\w+) = (.*); # (.*)", line).groups()
            settings[section, name] = value if origin == "default" else None
    return settings


def settings_of_the_page():
    """{(section, name): what is said of it}"""
    section, settings = "", {}
    for part in re.split(r"^(?=\.Ss |\.It Ic )", part_of(source("signetd.conf.5"), "SETTINGS"), flags=re.MULTILINE):
        macro, _, text = part.partition("\n")
        if macro.startswith(".Ss"):
            section = "" if " of groups" in macro else macro.removeprefix(".Ss ")
        elif macro:
            settings[section, macro.removeprefix(".It Ic ")] = text
    return settings


def test_every_setting_is_in_the_page_and_no_other(tmp_path):
    settings = settings_of_the_program(tmp_path)
    assert len(settings) > 60
    assert sorted(settings_of_the_page()) == sorted(settings)


def test_every_default_is_in_the_page_with_its_reason(tmp_path):
    page = settings_of_the_page()
    for key, value in settings_of_the_program(tmp_path).items():
        said = page[key].replace("\\-", "-")
        if value is None:
            assert "must be there" in said, key
        else:
            reason = re.search(rf"^Default: {re.escape(value)}\.\n(.*?)^A (?:reload applies|change takes) ", said,
                               re.MULTILINE | re.DOTALL)
            assert reason and re.fullmatch(r".{10,}\.\n", reason[1], re.DOTALL), (key, value, said)


def test_the_page_says_what_a_reload_applies(tmp_path):
    sample = (REPOSITORY / "conf/signetd.conf").read_text()
    for (section, name), text in settings_of_the_page().items():
        said = re.findall(rf"((?:^#? *\t?# .*\n)*)^(?:# )?\t?#?{name} = ", sample, re.MULTILINE)
        assert any("A reload applies it" in comment for comment in said) or "takes a restart" in text, (section, name)
        assert ("A reload applies" in text) != ("takes a restart" in text)


# ---- signetctl(1) ----

def commands_of_the_program():
    """{words: operands} of help."""
    lines = [line for line in run("signetctl", "help").stdout.splitlines() if re.match("  [a-z]", line)]
    return dict(re.match(r"([a-z -]*[a-z])((?: [A-Z\[]\S*)*)", line[2:25]).groups() for line in lines)


def options_of_the_program(command):
    """Those of a command alone: {name: what its value is called}"""
    text = run("signetctl", *command.split(), "--help").stdout
    return dict(re.findall(r"^  --([a-z0-9-]+)(?: (\S+))?  ", text, re.MULTILINE))


def entries(text, macro):
    """[(the item, what stands under it)] of the items with this macro."""
    parts = re.split(rf"^\.It {macro} ", text, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def options_of_the_page(text):
    return {item.split(" ")[0].lstrip("-"): item.partition(" Ar ")[2].replace(" | Ar ", "|")
            for item, _ in entries(text, "Fl")}


def test_every_command_is_in_the_page_with_its_operands_and_no_other():
    page = dict(re.match(r"([a-z -]*[a-z])((?: Op)?(?: Ar .*)?)$", item).groups()
                for item, _ in entries(part_of(source("signetctl.1"), "COMMANDS"), "Ic"))
    page = {words: re.sub(r" Op Ar (\S+)", r" [\1]", operands).replace(" Ar ", " ") for words, operands in page.items()}
    program = commands_of_the_program()
    assert len(program) > 20 and page == program


def test_every_option_of_a_command_is_in_the_page_and_no_other():
    everywhere = options_of_the_page(part_of(source("signetctl.1"), "DESCRIPTION"))
    assert {"control", "json"} < set(everywhere)
    for item, text in entries(part_of(source("signetctl.1"), "COMMANDS"), "Ic"):
        command = re.match(r"[a-z -]*[a-z]", item)[0]
        shared = {"control": everywhere["control"], "json": ""}
        assert options_of_the_page(text) | shared == options_of_the_program(command), command


def exit_codes_of_the_page(name):
    """{code: the first words}"""
    return dict(re.findall(r"^\.It (\d+)\n([\w ]+)", part_of(source(name), "EXIT STATUS"), re.MULTILINE))


def test_the_exit_codes_are_those_of_signetctl():
    said = dict(re.findall(r"(\d) ([a-z ]+)", re.search("Exit codes: (.*?)\\.", run("signetctl", "help").stdout)[1]))
    page = exit_codes_of_the_page("signetctl.1")
    assert list(page) == list(said) == ["0", "1", "2"]
    assert (page["0"].lower(), page["1"].lower()) == (said["0"], said["1"])


# ---- signetd(8) ----

def test_every_option_of_signetd_is_in_the_page_and_no_other():
    usage = run("signetd", "--help").stdout
    options = set(re.findall(r"^  -(-[a-z]+|[a-z])", usage, re.MULTILINE)) | {"-help"}
    assert set(re.findall(r"^\.It Fl (\S+)", source("signetd.8"), re.MULTILINE)) == options


def test_the_exit_codes_are_those_of_signetd(tmp_path):
    good, bad = tmp_path / "good", tmp_path / "bad"
    # root looks whether the users exist, and numbers do
    good.write_text(CONFIGURATION + 'users = { milter = "61001"; vault = "61002"; keeper = "61003"; '
                                    'dns = "61004"; http = "61005"; };')
    bad.write_text("nonsense = 1;")
    with open("/dev/full", "w") as full:
        unwritten = subprocess.run([build_directory() / "signetd", "--dump", "-c", good], stdout=full,
                                   stderr=subprocess.DEVNULL, timeout=180).returncode
    seen = [run("signetd", "--check", "-c", good, check=False).returncode, unwritten,
            run("signetd", "--nonsense", check=False).returncode,
            run("signetd", "--check", "-c", bad, check=False).returncode]
    assert list(exit_codes_of_the_page("signetd.8")) == [str(code) for code in seen]


def test_every_reason_of_the_log_is_in_the_page_and_no_other():
    words = re.findall(r'{ REASON_\w+, "([a-z0-9-]+)", DECISION_', (REPOSITORY / "src/policy/reason.c").read_text())
    assert len(words) > 20
    assert sorted(item for item, _ in entries(source("signetd.8"), "Li")) == sorted(words)


def test_every_variable_of_the_environment_is_in_a_page():
    asked = {name for path in (REPOSITORY / "src").rglob("*.c")
             for name in re.findall(r'getenv\("([A-Z_]+)"\)', path.read_text())}
    assert {name for page in NAMES for name in re.findall(r"^\.It Ev (\S+)", source(page), re.MULTILINE)} == asked


# ---- signetd-keys(7) ----

def test_every_field_of_the_record_is_in_the_page_and_no_other():
    record = re.search(r"^type Key \((.*?)^\)", (REPOSITORY / "docs/control.varlink").read_text(),
                       re.MULTILINE | re.DOTALL)[1]
    fields = re.findall(r"^  (\w+):", record, re.MULTILINE)
    page = re.findall(r"^\.It Va (.*)", source("signetd-keys.7"), re.MULTILINE)
    assert [name for item in page for name in item.split(" , ")] == fields


def test_the_table_of_activations_is_the_rule():
    """The rule itself is held by tests/unit/test_conflict.c; docs/keys.md has it as a table."""
    table = re.findall(r"^\| \*\*(\w+)\*\* \| (.*?) \| (.*?) \| (.*?) \|$", (REPOSITORY / "docs/keys.md").read_text(),
                       re.MULTILINE)
    matches = [row[0] for row in table]
    expected = {(row[0], match): cell for row in table for match, cell in zip(matches, row[1:])}
    words = {"stays": "both stay", "is deactivated": "deactivated"}
    page = {(new, old): words.get(then, then) for new, old, then in
            re.findall(r"^\.It (\w+) Ta (\w+) Ta (.*)", source("signetd-keys.7"), re.MULTILINE)}
    assert len(expected) == 9 and page == expected
