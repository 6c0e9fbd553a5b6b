# SPDX-License-Identifier: ISC
"""What make dist puts into the tarball, and what make install brings and make uninstall takes away."""

import fnmatch
import subprocess

import pytest
from support.daemon import PROGRAMS, build_directory
from support.servers import REPOSITORY

# What a tarball has and the repository has not: made by autotools, or from tables by programs of the build.
MADE = ["Makefile.in", "aclocal.m4", "configure", "build-aux/*", "man/*.[1578]", "completions/*"]
NOT_IN_IT = [".gitignore", "debian/*"]
ELSEWHERE = {"systemdsystemunitdir": "/units", "sysusersdir": "/sysusers.d", "tmpfilesdir": "/tmpfiles.d"}


def make(*arguments):
    """Waits for nobody else's make: what is built is built."""
    subprocess.run(["make", "-C", build_directory(), "-s", *arguments], check=True, capture_output=True, text=True,
                   timeout=600)


def fits(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def in_repository():
    listed = subprocess.run(["git", "-c", f"safe.directory={REPOSITORY}", "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], cwd=REPOSITORY, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip(f"no repository to compare with: {listed.stderr.strip()}")
    return {name for name in listed.stdout.split("\0") if name and (REPOSITORY / name).exists()}


def files_below(directory):
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if not path.is_dir()}


@pytest.fixture(scope="module")
def tarball(tmp_path_factory):
    """The names of the files in it."""
    place = tmp_path_factory.mktemp("dist")
    # a name of its own: nobody's distcheck works in the same directory
    make("distdir", f"distdir={place}/signetd")
    return files_below(place / "signetd")


def test_the_tarball_has_all_of_the_repository(tarball):
    assert {name for name in in_repository() - tarball if not fits(name, NOT_IN_IT)} == set()


def test_the_tarball_has_nothing_of_a_build(tarball):
    assert {name for name in tarball - in_repository() if not fits(name, MADE)} == set()
    assert not any(fits(name, NOT_IN_IT) for name in tarball)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A root under which it is installed, with all of its directories below /opt/signetd."""
    root = tmp_path_factory.mktemp("root")
    return root, [f"DESTDIR={root}", "prefix=/opt/signetd",
                  *(f"{name}=/opt/signetd{path}" for name, path in ELSEWHERE.items())]


def test_what_is_installed_is_below_the_prefix_and_is_uninstalled(installed):
    root, arguments = installed
    make("install", *arguments)
    there = files_below(root)
    homes = {"signetd": "sbin", "signetctl": "bin"}
    assert {f"opt/signetd/{homes.get(name, 'libexec/signetd')}/{name}" for name in PROGRAMS} <= there
    assert {f"opt/signetd/{name}" for name in ("units/signetd.service", "units/signetd.socket",
                                               "sysusers.d/signetd.conf", "tmpfiles.d/signetd.conf")} <= there
    assert {name for name in there if not name.startswith("opt/signetd/")} == set()
    assert not any("test_" in name or name.endswith((".a", ".h")) for name in there)
    make("uninstall", *arguments)
    assert files_below(root) == set()
