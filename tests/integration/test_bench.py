# SPDX-License-Identifier: ISC
"""The bench measures what it says it does. How fast anything is, is no test."""

import re
import subprocess

import pytest
from support.daemon import build_directory
from support.servers import REPOSITORY


@pytest.fixture(scope="module")
def build():
    """The build directory, with the bench's own programs."""
    directory = build_directory()
    subprocess.run(["make", "-s", "bench-programs"], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    return directory


def test_every_case_has_figures_of_signetd_and_of_the_floor(build):
    done = subprocess.run([REPOSITORY / "bench" / "run", "--build", build, "--quick"], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("signetd", "floor"):
        figures = re.findall(rf"^(2|50) KB, 2 +{name} +([0-9.]+) +([0-9]+) ", done.stdout, re.MULTILINE)
        assert [size for size, _, _ in figures] == ["2", "50"] * 2, done.stdout
        assert all(float(cpu) > 0 and float(rate) > 0 for _, cpu, rate in figures), figures


def test_an_unsigned_message_is_an_error(build, signetd):
    daemon = signetd()
    daemon.create_key("example.com")

    for domain, errors in (("example.com", "0"), ("other.example", "3")):
        done = subprocess.run([build / "bench" / "load", daemon.milter_socket, domain, "3", "1", "2048"],
                              capture_output=True, text=True)
        assert done.stdout.split()[:2] == ["3", errors]
        assert done.returncode == (errors != "0")


def test_rules_are_asked_in_both_ways(build):
    done = subprocess.run([build / "bench" / "rules", "64"], capture_output=True, text=True, check=True)
    figures = dict(line.split() for line in done.stdout.splitlines())

    assert figures.keys() == {"rules", "plain_ns", "indexed_ns", "ratio"} and figures["rules"] == "64"
    assert all(float(figure) > 0 for figure in figures.values())
