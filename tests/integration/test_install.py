# SPDX-License-Identifier: ISC
"""What make install puts where."""

import re
import subprocess

import pytest
from support.daemon import build_directory
from support.servers import REPOSITORY

OF_WHO_WORKS_ON_IT = {"docs/roadmap.md"}  # and the decisions and proofs


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The root of an installation under /usr."""
    root = tmp_path_factory.mktemp("installed")
    subprocess.run(["make", "-C", build_directory(), "-s", "install", f"DESTDIR={root}", "prefix=/usr"],
                   check=True, capture_output=True, text=True, timeout=600)
    return root


@pytest.mark.parametrize("path", [
    "share/man/man8/signetd.8", "share/man/man1/signetctl.1", "share/man/man5/signetd.conf.5",
    "share/man/man7/signetd-keys.7", "share/bash-completion/completions/signetctl",
    "share/zsh/site-functions/_signetctl", "share/fish/vendor_completions.d/signetctl.fish",
    "share/doc/signetd/examples/signetd.conf", "share/doc/signetd/README.md", "share/doc/signetd/NEWS",
    "sbin/signetd", "bin/signetctl", "libexec/signetd/signetd-vault",
])
def test_it_is_where_it_is_looked_for(installed, path):
    assert (installed / "usr" / path).is_file()


def test_no_configuration_is_installed_only_an_example(installed):
    assert not (installed / "etc").exists()
    example = installed / "usr/share/doc/signetd/examples/signetd.conf"
    assert example.read_text() == (REPOSITORY / "conf/signetd.conf").read_text()


def test_every_page_of_the_documentation_is_installed(installed):
    pages = {path.relative_to(REPOSITORY).as_posix()
             for path in [*REPOSITORY.glob("docs/*"), *REPOSITORY.glob("docs/guides/*")]
             if path.is_file()}
    missing = {page for page in pages if not (installed / "usr/share/doc/signetd" / page).is_file()}
    assert missing == OF_WHO_WORKS_ON_IT


def test_nothing_that_builds_the_pages_is_installed(installed):
    assert [path for path in installed.rglob("*print*")] == []


def test_the_pages_lead_to_pages_that_are_there():
    broken = []
    for page in [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append((page.relative_to(REPOSITORY).as_posix(), target))
    assert broken == []


def test_what_a_package_is_built_with_is_what_install_packages_brings():
    """On a Debian that has nothing else, dpkg-buildpackage would refuse to begin; build-essential it asks for unsaid."""
    script = (REPOSITORY / "scripts/install-packages").read_text()
    brought = {name for words in re.findall(r"^readonly (?:BUILD|PACKAGE)=\((.*?)\)", script, re.MULTILINE | re.DOTALL)
               for name in words.split()}
    asked = re.search(r"^Build-Depends:\n((?: .*\n)+)", (REPOSITORY / "debian/control").read_text(), re.MULTILINE)[1]
    asked = [[re.split(r"[ (<]", other.strip())[0] for other in line.split("|")] for line in asked.split(",\n")[:-1]]
    assert len(asked) > 10
    virtual = {"debhelper-compat": "debhelper", "dh-sequence-installsysusers": "debhelper"}
    for others in [*asked, ["build-essential"]]:
        assert {virtual.get(other, other) for other in others} & brought, others
