# SPDX-License-Identifier: ISC
"""A machine of its own with a real systemd as its first process, and signetd installed on it as `make install` does.

A container of systemd-nspawn whose root is an overlay of this machine's: its writes go to memory and are gone with it,
and nothing that is enabled here starts in there. It has no network but a loopback. Needs root.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from .daemon import build_directory
from .wait import wait_until

UNITS = "etc/systemd/system"
# of this machine, not of that one
MASKED = ("getty.target", "console-getty.service", "e2scrub_reap.service", "systemd-logind.service",
          "systemd-timesyncd.service", "systemd-networkd.service", "systemd-resolved.service", "machines.target",
          "postfix.service", "sendmail.service")
BOOTED = ("running", "degraded")
BOOT_PATIENCE = 120


class Machine:
    """directory: private. files: {path on the machine: text}, there before it boots."""

    def __init__(self, directory, files):
        self._directory = directory
        self.root = directory / "root"
        self._nspawn = None
        self._mount()
        try:
            self._strip()
            self._install()
            for path, text in files.items():
                self.write(path, text)
            self.boot()
        except BaseException:
            self.close()
            raise

    # Its life.

    def boot(self):
        self._console = open(self._directory / "console", "ab")
        self._nspawn = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL",  # it does not outlive the tests, however they end
             "systemd-nspawn", "--quiet", f"--directory={self.root}", "--boot", "--register=no", "--keep-unit",
             "--private-network", "--console=pipe", "--capability=all"],
            env={**os.environ, "SYSTEMD_SECCOMP": "0"}, stdin=subprocess.DEVNULL, stdout=self._console,
            stderr=subprocess.STDOUT, start_new_session=True)
        self.first = wait_until(self._find_first, self._say_console, timeout=BOOT_PATIENCE)
        wait_until(lambda: self.run("systemctl", "is-system-running").stdout.strip() in BOOTED, self._say_console,
                   timeout=BOOT_PATIENCE)

    def power_off(self):
        os.kill(self.first, signal.SIGRTMIN + 4)  # systemd(1)
        self._nspawn.wait(timeout=BOOT_PATIENCE)
        self._console.close()
        self._nspawn = None

    def close(self):
        """Nothing of it is left, however it ended."""
        try:
            if self._nspawn is not None:
                self._nspawn.kill()
                self._nspawn.wait()
                self._console.close()
        finally:
            subprocess.run(["umount", self.root], check=True)
            subprocess.run(["umount", self._directory / "memory"], check=True)

    # What is done on it.

    def run(self, *argv, input=None, timeout=120):
        """Run a program to its end in there; a finished process of text."""
        return subprocess.run(["nsenter", f"--target={self.first}", "--all", *map(str, argv)], input=input,
                              capture_output=True, text=True, timeout=timeout)

    def do(self, *argv, **more):
        """As run; it must succeed. What it printed."""
        done = self.run(*argv, **more)
        if done.returncode:
            raise AssertionError(f"{' '.join(map(str, argv))}: exit {done.returncode}\n{done.stdout}{done.stderr}\n"
                                 f"{self.log}")
        return done.stdout

    def write(self, path, text, mode=0o644):
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def path(self, path):
        """Where this machine sees a file of that one's disk. What is mounted in there, /run for one, is elsewhere."""
        return self.root / str(path).lstrip("/")

    def inside(self, path):
        """Where root of this machine sees any file of that one's, by way of its first process."""
        return pathlib.Path(f"/proc/{self.first}/root") / str(path).lstrip("/")

    def show(self, unit, name):
        return self.do("systemctl", "show", "--property", name, "--value", unit).strip()

    def main_pid(self):
        """The supervisor's, as this machine numbers it; nothing when there is none."""
        inner = int(self.show("signetd.service", "MainPID"))
        return self._outer(inner) if inner else None

    def children(self):
        """{role: [pid, ...]} of the supervisor's children, as this machine numbers them."""
        found = {}
        main = self.main_pid()
        for pid in pathlib.Path(f"/proc/{main}/task/{main}/children").read_text().split() if main else []:
            name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
            found.setdefault(name.removeprefix("signetd-"), []).append(int(pid))
        return found

    def journal(self, *more):
        """The entries of the unit, as objects."""
        text = self.run("journalctl", "--unit=signetd.service", "--output=json", "--no-pager", *more).stdout
        return [json.loads(line) for line in text.splitlines()]

    @property
    def log(self):
        return self.run("journalctl", "--no-pager", "--lines=60", "--unit=signetd.service",
                        "--unit=signetd.socket").stdout

    # Inside.

    def _mount(self):
        memory = self._directory / "memory"
        memory.mkdir()
        self.root.mkdir()
        self._directory.chmod(0o755)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g,mode=0755", "tmpfs", memory], check=True)
        (memory / "upper").mkdir()
        (memory / "work").mkdir()
        layers = f"lowerdir=/,upperdir={memory}/upper,workdir={memory}/work"
        subprocess.run(["mount", "-t", "overlay", "-o", layers, "overlay", self.root], check=True)

    def _strip(self):
        for wish in self.path(UNITS).glob("*.wants"):
            shutil.rmtree(wish)
        for script in self.path("etc").glob("rc?.d/S*"):
            script.unlink()
        for unit in MASKED:
            self._link(f"{UNITS}/{unit}", "/dev/null")
        self._link(f"{UNITS}/default.target", "/lib/systemd/system/multi-user.target")
        self.path("etc/machine-id").write_text("")
        self._link("etc/resolv.conf", None)
        self.write("etc/resolv.conf", "")

    def _link(self, path, target):
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).unlink(missing_ok=True)
        if target:
            self.path(path).symlink_to(target)

    def _install(self):
        done = subprocess.run(["make", "-C", build_directory(), "install", f"DESTDIR={self.root}"],
                              capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"make install: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def _find_first(self):
        """nspawn's child is the first process in there."""
        if self._nspawn.poll() is not None:
            raise AssertionError(self._say_console())
        pids = pathlib.Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        return next((int(pid) for pid in pids if pathlib.Path(f"/proc/{pid}/comm").read_text() == "systemd\n"), None)

    def _outer(self, inner):
        """The number on this machine of a process in there."""
        children = [self.first]
        while children:
            pid = children.pop()
            try:
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
                children += map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
            except OSError:
                continue
            if next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[-1] == str(inner):
                return pid
        return None

    def _say_console(self):
        return "the machine to boot:\n" + (self._directory / "console").read_text(errors="replace")[-4000:]


def machine_directory():
    """Short: sockets are in it. Not below /run, which the overlay would show in itself."""
    return tempfile.mkdtemp(prefix="sgn-", dir="/var/tmp")
