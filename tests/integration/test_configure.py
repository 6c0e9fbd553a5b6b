# SPDX-License-Identifier: ISC
"""What configure makes of what a packager tells it."""

import os
import re
import subprocess

from support.servers import REPOSITORY

# Debian's begin as autoconf's own do
FLAGS = "-g -O2 -ffile-prefix-map=/build=. -DOF_THE_PACKAGER"


def test_it_takes_all_of_the_flags_it_is_given(tmp_path):
    subprocess.run([REPOSITORY / "configure", "--quiet", f"CFLAGS={FLAGS}"], cwd=tmp_path, check=True,
                   capture_output=True, text=True, timeout=600, env={**os.environ, "LC_ALL": "C"})
    assert re.search(r"^CFLAGS = (.*)$", (tmp_path / "Makefile").read_text(), re.MULTILINE)[1] == FLAGS
