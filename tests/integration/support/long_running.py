# SPDX-License-Identifier: ISC
"""A server that stays in a namespace until it is stopped, with its log in a file."""

import os
import pathlib
import signal

from .wait import PATIENCE, wait_until


class LongRunning:
    """argv and is_ready() are for those who inherit; directory: private, where its log is, too."""

    argv = ()

    def __init__(self, namespace, directory, environment=None):
        self._namespace, self.directory = namespace, directory
        self._environment = {**os.environ, **(environment or {})}
        self._log_file = directory / "log"
        self._process = None

    @property
    def log(self):
        return self._log_file.read_text(errors="replace")

    def launch(self):
        """Start it, and do not wait: several come up together."""
        with open(self._log_file, "wb") as log:
            self._process = self._namespace.start(self.argv, env=self._environment, stdout=log, stderr=log,
                                                  start_new_session=True)

    def wait_until_ready(self):
        wait_until(self._is_up, lambda: f"{self.argv[0]} to be ready:\n{self.log}", interval=0.002)

    def start(self):
        """After a stop."""
        self.launch()
        self.wait_until_ready()

    def stop(self):
        """It is dead at once: connects are refused, datagrams come back. nsenter(1) ends after what it led into the
        namespace, whose sockets are closed by then; killed with it, it could be gone before."""
        if self._process:
            for server in self._servers():
                os.kill(server, signal.SIGKILL)
                os.kill(self._process.pid, signal.SIGCONT)  # it may be frozen
            self._process.wait(timeout=PATIENCE)
            self._process = None

    def freeze(self):
        """It says nothing until thawed; what is asked meanwhile waits for it."""
        server, = self._servers()
        os.kill(server, signal.SIGSTOP)
        wait_until(lambda: _is_stopped(self._process.pid), f"{self.argv[0]} to be stopped", interval=0.002)

    def thaw(self):
        """nsenter(1) stops itself when what it led into the namespace stops, and when continued continues that first.
        Stopped or continued by others, both at once, it can stay behind stopped, and then reaps nothing."""
        server, = self._servers()
        os.kill(self._process.pid, signal.SIGCONT)
        wait_until(lambda: not _is_stopped(server), f"{self.argv[0]} to go on", interval=0.002)

    def is_ready(self):
        raise NotImplementedError

    def _is_up(self):
        if self._process.poll() is not None:
            raise AssertionError(f"{self.argv[0]} ended:\n{self.log}")
        return self.is_ready()

    def _servers(self):
        """The pid below what led it into the namespace; none, when it has ended by itself."""
        leader = self._process.pid
        return [int(pid) for pid in pathlib.Path(f"/proc/{leader}/task/{leader}/children").read_text().split()]


def _is_stopped(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
