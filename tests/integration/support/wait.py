# SPDX-License-Identifier: ISC
"""Waiting for something to become true, with a deadline: the only way these tests let time pass."""

import time

PATIENCE = 90.0  # seconds; a bound for a loaded machine, not an expectation


def wait_until(condition, what, timeout=PATIENCE, interval=0.02):
    """Return the first true value of condition(); fail with what() or what when the deadline passes."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:g} s for {what() if callable(what) else what}")
        time.sleep(interval)
