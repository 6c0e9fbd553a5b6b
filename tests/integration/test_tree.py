# SPDX-License-Identifier: ISC
"""The tree is the diagram: what each folder may include, what each program may link (docs/architecture.md)."""

import os
import re
import subprocess

import pytest
from support.daemon import build_directory
from support.servers import REPOSITORY

SOURCE = REPOSITORY / "src"

ARROWS = {
    "base": set(),
    "dkim": {"base"},
    "keys": {"base"},
    "policy": {"base", "keys", "settings"},
    "ipc": {"base"},
    "process": {"base", "ipc"},
    "settings": {"base", "dkim", "keys"},
    "view": {"base", "keys"},
    "store": {"base", "keys"},
    "varlink": {"base"},
    "verdict": {"base", "dkim", "keys"},
    "vault": {"base", "ipc", "keys", "process", "settings", "view"},
    "milter": {"base", "dkim", "ipc", "keys", "policy", "process", "settings", "view"},
    "lifecycle": {"base", "dkim", "keys", "store"},
    "follow": {"base", "keys", "store", "view"},
    "keeper": {"base", "dkim", "follow", "ipc", "keys", "lifecycle", "policy", "process", "settings", "store", "varlink",
               "verdict", "view"},
    "dns": {"base", "ipc", "keys", "process", "settings", "verdict"},
    "http": {"base", "ipc", "keys", "policy", "process"},
    "supervisor": {"base", "ipc", "process", "settings"},
    "ctl": {"base", "dkim", "keys", "policy", "process", "varlink"},
}

# Third-party headers, and the files or folders that alone may include them.
HOMES = {
    "lmdb.h": ["view/lmdb.h"],
    "sqlite3.h": ["store/"],
    "libconfig.h": ["settings/file/"],
    "jansson.h": ["varlink/json.h"],
    "idn2.h": ["keys/domain.c"],
    "ldns/": ["dns/packet.c", "dns/resolv_conf.c", "dns/update.c"],
    "libpsl.h": ["verdict/organizational.c"],
    "libmilter/": ["milter/libmilter"],
    "systemd/": ["supervisor/", "keeper/"],
    "openssl/": ["dkim/digest.c", "vault/"],
    "microhttpd.h": ["http/server.c"],
    "seccomp.h": ["process/"],
    "linux/landlock.h": ["process/landlock.c"],
}

LIBRARIES = {
    "signetd": {"libconfig", "libsystemd"},
    "signetd-milter": {"libmilter", "libcrypto", "liblmdb", "libidn2", "libseccomp"},
    "signetd-vault": {"libcrypto", "liblmdb", "libseccomp"},
    "signetd-keeper": {"libsqlite3", "liblmdb", "libidn2", "libjansson", "libsystemd", "libseccomp", "libcrypto",
                       "libpsl"},
    "signetd-dns": {"libldns", "libpsl", "libidn2", "libseccomp", "libcrypto"},
    "signetd-http": {"libmicrohttpd", "libseccomp"},
    "signetctl": {"libjansson", "libidn2", "libcrypto"},
}

BANNED = r"\b(?:sprintf|vsprintf|strcat|strncat|strcpy|strncpy|strtok|sscanf|atoi|atol|gets|alloca)\s*\("


def sources():
    return sorted(path for path in SOURCE.rglob("*.[ch]"))


def name_of(path):
    return path.relative_to(SOURCE).as_posix()


def included(path, pattern):
    return re.findall(rf"^#include {pattern}", path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("folder", sorted(path.name for path in SOURCE.iterdir()))
def test_a_folder_includes_only_what_is_below_it(folder):
    found = {name for path in (SOURCE / folder).rglob("*.[ch]") for name in included(path, '"([a-z_]+)/')}
    assert found - {folder} <= ARROWS[folder]


def test_the_page_draws_the_same_arrows():
    """docs/architecture.md: of each library what it may include; of the programs that they are there."""
    page = (REPOSITORY / "docs/architecture.md").read_text()
    rows = re.findall(r"^\| ((?:`[a-z]+/` ?)+)\|.*\| ([^|]+) \|$", page, re.MULTILINE)
    drawn = {folder: set(re.findall(r"[a-z]+", words)) & set(ARROWS)
             for names, words in rows for folder in re.findall(r"[a-z]+", names)}
    programs = {"milter", "vault", "keeper", "dns", "http", "supervisor", "ctl"}
    assert set(drawn) == set(ARROWS) == {path.name for path in SOURCE.iterdir()}
    assert {folder: arrows for folder, arrows in drawn.items() if folder not in programs} == {
        folder: arrows for folder, arrows in ARROWS.items() if folder not in programs}


def test_arrows_point_down_only():
    """Nothing includes, in however many steps, what includes it."""
    reached = {folder: set(arrows) for folder, arrows in ARROWS.items()}
    for middle in ARROWS:
        for folder in ARROWS:
            if middle in reached[folder]:
                reached[folder] |= reached[middle]
    assert [folder for folder in ARROWS if folder in reached[folder]] == []


def test_every_source_is_built():
    named = set(re.findall(r"\bsrc/[\w/]+\.[ch]\b", (REPOSITORY / "Makefile.am").read_text()))
    assert {f"src/{name_of(path)}" for path in sources()} == named


def test_of_policy_one_file_alone_knows_the_settings():
    users = [name_of(path) for path in (SOURCE / "policy").rglob("*.[ch]") if included(path, '"(settings/)')]
    assert users == ["policy/decide_settings.h"]


def test_of_settings_one_module_alone_knows_the_keys():
    users = [name_of(path) for path in (SOURCE / "settings").rglob("*.[ch]") if included(path, '"(keys/)')]
    assert users == ["settings/rotation_settings.h"]


def test_of_settings_one_module_alone_knows_dkim():
    users = [name_of(path) for path in (SOURCE / "settings").glob("*.[ch]") if included(path, '"(dkim/)')]
    assert users == ["settings/choice_settings.h"]


@pytest.mark.parametrize("header", HOMES)
def test_a_foreign_header_has_one_home(header):
    users = [name_of(path) for path in sources() if included(path, f"<({re.escape(header)})")]
    assert users, "nobody includes it: the table is out of date"
    assert [user for user in users if not user.startswith(tuple(HOMES[header]))] == []


def code_of(path):
    """Without comments."""
    return re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)


def test_nobody_calls_what_is_banned():
    found = {name_of(path): re.findall(BANNED, code_of(path)) for path in sources()}
    assert {name: calls for name, calls in found.items() if calls} == {}
    assert [name_of(path) for path in sources() if included(path, "<ctype.h>")] == []


def test_only_one_file_asks_the_clock():
    asking = [name_of(path) for path in sources()
              if re.search(r"\b(?:time|gettimeofday|clock_gettime)\s*\(", code_of(path))]
    assert set(asking) <= {"process/clock.c", "process/log.c"}  # the log: until when it waits


@pytest.mark.parametrize("path", [path for path in sources() if path.suffix == ".h"], ids=name_of)
def test_a_header_compiles_alone(path):
    done = subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Werror", "-x", "c",
                           f"-I{SOURCE}", "-"], input=f'#include "{name_of(path)}"\n', capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("program", LIBRARIES)
def test_a_program_links_only_what_it_needs(program):
    listing = subprocess.run(["readelf", "--dynamic", build_directory() / program], capture_output=True, text=True,
                             check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    linked = {re.sub(r"[.-].*", "", name) for name in re.findall(r"\(NEEDED\).*\[(.+?)\]", listing)}
    assert linked - {"libc", "libm", "ld"} <= LIBRARIES[program]


@pytest.mark.plain_build  # the runtime of a sanitizer starts threads of its own
def test_the_threaded_unit_tests_are_known():
    """They alone are run with ThreadSanitizer."""
    printed = {target: subprocess.run(["make", "--no-print-directory", "-s", target], cwd=build_directory(), text=True,
                                      capture_output=True, check=True).stdout.split()
               for target in ("print-unit-tests", "print-threaded-tests")}
    assert sorted(printed["print-threaded-tests"]) == sorted(filter(may_start_a_thread, printed["print-unit-tests"]))


def may_start_a_thread(program):
    wanted = subprocess.run(["nm", "--undefined-only", build_directory() / program], capture_output=True, text=True,
                            check=True).stdout
    return re.search(r"\bU (pthread_create|thrd_create|smfi_main)\b", wanted) is not None


def test_every_dns_verdict_is_explained():
    words = re.findall(r'DNS_CODE_\w+, "([a-z0-9-]+)"', (SOURCE / "keys/dns_code.c").read_text())
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", (REPOSITORY / "docs/dns.md").read_text(), re.MULTILINE)
    assert len(words) > 20
    assert sorted(rows) == sorted(words)


def test_every_file_names_its_licence():
    tracked = [*sources(), *REPOSITORY.glob("fuzz/*.[ch]"), *REPOSITORY.glob("man/*"), *REPOSITORY.glob("completions/*"), *REPOSITORY.glob("tests/**/*.[ch]"),
               *REPOSITORY.glob("tests/**/*.py")]
    assert [str(path) for path in tracked if "SPDX-License-Identifier: ISC" not in path.read_text()[:200]] == []
