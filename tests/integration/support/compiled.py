# SPDX-License-Identifier: ISC
"""Small C programs and libraries of the tests, compiled when a test needs them."""

import pathlib
import subprocess

SOURCES = pathlib.Path(__file__).parent / "c"


def program(name, directory, *libraries):
    """support/c/NAME.c as an executable in the directory."""
    return _compile(name, directory / name, *libraries)


def preloaded(name, directory):
    """support/c/NAME.c as a library for LD_PRELOAD."""
    return _compile(name, directory / f"{name}.so", "-shared", "-fPIC")


def _compile(name, result, *options):
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-D_GNU_SOURCE", "-o", result, SOURCES / f"{name}.c", *options],
                   check=True)
    result.chmod(0o755)
    return result
