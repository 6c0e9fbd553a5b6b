# SPDX-License-Identifier: ISC
"""signetd itself, from the build directory, in the foreground, with everything it needs in a private directory."""

import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from . import dnskey
from .place import I_AM_ROOT, NOBODY
from .servers import REPOSITORY
from .wait import PATIENCE, wait_until

PROGRAMS = ("signetd", "signetd-milter", "signetd-vault", "signetd-keeper", "signetd-dns", "signetd-http", "signetctl")
ROLES = ("milter", "vault", "keeper", "dns", "http")
MILTERS = 2
RESOLVER = "127.0.0.1"
NO_RESOLVER = "127.0.0.1@9"  # nobody: on the machine's own network nothing is ever asked
_numbers = itertools.count(1)
USERS = {"milter": "61001", "vault": "61002", "keeper": "61003", "dns": "61004", "http": "61005"}


def build_directory():
    """Where the programs are; it is a failure, not a reason to skip, if they are not built."""
    build = pathlib.Path(os.environ.get("SIGNETD_BUILD") or REPOSITORY / "build").resolve()
    missing = [name for name in PROGRAMS if not os.access(build / name, os.X_OK)]
    if missing:
        raise AssertionError(f"not built: {', '.join(missing)} in {build} (SIGNETD_BUILD says where)")
    return build


@contextlib.contextmanager
def reachable_programs():
    """A directory with the programs where every user can start them."""
    build = build_directory()
    if _everybody_reaches(build):
        yield build
        return
    with tempfile.TemporaryDirectory(prefix="sgn-programs-", dir="/tmp") as copies:
        os.chmod(copies, 0o755)
        for name in PROGRAMS:
            shutil.copy(build / name, copies)
        yield pathlib.Path(copies)


def _everybody_reaches(directory):
    if not I_AM_ROOT:
        return True
    as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return subprocess.run([*as_nobody, "test", "-x", directory / PROGRAMS[0]], cwd="/").returncode == 0


class Signetd:
    """directory: private, passable, and owned by the user the daemon runs as.

    as_root: a uid per role; else one ordinary user (the one who runs the tests, or nobody if that is root).
    settings: more of the configuration, by name (metrics=True: on metrics_socket); listener: more of its one listener. handed_over: sockets that are
    opened here and passed on, as systemd does (names of attributes). environment: more of it, for the daemon. internet:
    whose network it lives on (internet.py); its files, its processes and its user are the machine's as ever.
    descriptors: (soft limit, hard limit) of each of its processes, as prlimit(1) sets them. memory: octets of address
    space each may have. lockable: octets of memory each may lock, on one processor. journal: where it logs
    (journal.py), instead of here.
    """

    def __init__(self, programs, directory, as_root=False, settings=None, listener=None, handed_over=(),
                 environment=None, internet=None, descriptors=None, memory=None, journal=None, lockable=None):
        if as_root and not I_AM_ROOT:
            raise AssertionError("only root can start the daemon as root")
        self._programs, self._directory, self._as_root = programs, directory, as_root
        self.milter_socket = directory / "milter.sock"
        self.control_socket = directory / "control"
        self.metrics_socket = directory / "metrics"
        self._environment, self._internet = environment or {}, internet
        self._limits = _limits(descriptors, memory, lockable)
        self._where = [] if journal else ["-f"]
        self._environment = {**self._environment, **({"SIGNETD_JOURNAL": str(journal.path)} if journal else {})}
        self._configuration = directory / "signetd.conf"
        self._given = settings or {}, listener or {}
        self._configuration.write_text(_libconfig(self._settings(*self._given)))
        self._make_state_directory()
        self._milters = (listener or {}).get("processes", MILTERS)
        self._log, self._logged = [], threading.Condition()
        self._process = None
        self._sockets = [self._open_socket(getattr(self, name)) for name in handed_over]

    @property
    def master_key(self):
        return self.state / "master.key"

    def replace_master_key(self, octets):
        """Another file of the same owner and mode."""
        owner = self.master_key.stat().st_uid
        self.master_key.unlink()
        self.master_key.write_bytes(octets)
        os.chown(self.master_key, owner, -1)
        self.master_key.chmod(0o400)

    def place_of(self, setting):
        """Where its configuration has a setting of the first level: "FILE:LINE"."""
        lines = self._configuration.read_text().split("\n")
        return f"{self._configuration}:{1 + [line.partition(' = ')[0] for line in lines].index(setting)}"

    @property
    def state(self):
        return self._directory / "state"

    def configure(self, **settings):
        """More of its settings, or others, by name, for its next start; None: not given any more."""
        given, listener = self._given
        given = {name: value for name, value in {**given, **settings}.items() if value is not None}
        self._given = given, listener
        self._configuration.write_text(_libconfig(self._settings(given, listener)))

    # What the MTAs are told.

    @property
    def postfix_milter(self):
        return f"unix:{self.milter_socket}"

    @property
    def sendmail_milter(self):
        return f"local:{self.milter_socket}"

    # Its life.

    def start(self):
        self.launch()
        self.wait_for_answer()
        return self

    def fails_to_start(self):
        """Its exit status; its children, if there were any, are gone."""
        self.launch()
        return self.wait_for_exit()

    def launch(self):
        """Start it, and wait for nothing."""
        until_we_end = ["setpriv", "--pdeathsig", "KILL"]  # it does not outlive the tests, however they end
        argv = self._as_its_user([*until_we_end, *self._limits, *self._hand_over(), self._programs / "signetd",
                                  *self._where, "-c", self._configuration])
        self._process = subprocess.Popen(
            self._internet.on_its_network(argv) if self._internet else argv,
            env={**os.environ, "SIGNETD_LIBEXEC": str(self._programs), **self._environment},
            cwd="/", start_new_session=True, pass_fds=[s.fileno() for s in self._sockets],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        self._reader = threading.Thread(target=self._read_log, args=(self._process.stderr,), daemon=True)
        self._reader.start()

    def stop(self):
        """Ask it to stop; it must end in peace and leave nobody behind."""
        children = self._children()
        self.ask_to_stop()
        code = self.wait_for_exit()
        assert code == 0, f"signetd ended with {code}:\n{self.log}"
        wait_until(lambda: not any(_is_alive(pid, name) for pid, name in children),
                   lambda: f"the children to end: {children}\n{self.log}")

    def kill_all(self):
        """What a crash of the machine leaves behind."""
        for pid in [self.pid, *(pid for pids in self.pids().values() for pid in pids)]:
            _signal(pid, signal.SIGKILL)
        self.wait_for_exit()

    def ask_to_stop(self):
        self._process.send_signal(signal.SIGTERM)

    def wait_for_exit(self):
        """The exit status, when its log has been read to the end."""
        code = self._process.wait(timeout=2 * PATIENCE)  # it may drain first
        self._reader.join(PATIENCE)
        return code

    def close(self):
        """Stop it if it runs; whatever comes of that, nothing of it is left."""
        if self._process is None or self._process.poll() is not None:
            return
        children = self._children()
        try:
            self.stop()
        finally:
            self._process.kill()
            self._process.wait()
            for pid, name in children:
                if _is_alive(pid, name):
                    _signal(pid, signal.SIGKILL)

    def wait_for_answer(self):
        wait_until(self.answers, lambda: f"signetd to answer:\n{self.log}")

    @property
    def has_ended(self):
        return self._process.poll() is not None

    @property
    def pid(self):
        """The supervisor's."""
        return self._process.pid

    # Its children.

    def pids(self):
        """{role: [pid, ...]} of those that run now."""
        found = {role: [] for role in ROLES}
        for pid, name in self._children():
            if name.startswith("signetd-"):
                found.setdefault(name.removeprefix("signetd-"), []).append(pid)
        return found

    def kill(self, role, signal_number=signal.SIGKILL):
        """Send a signal to one process of the role (the first, if there are several); its pid."""
        pid = wait_until(lambda: self.pids()[role], f"a {role} to kill")[0]
        os.kill(pid, signal_number)
        return pid

    def wait_for_successor(self, role, of):
        """Wait until as many processes of the role run as did before a kill, without `of`, the killed one."""
        def returned():
            pids = self.pids()[role]
            return of not in pids and len(pids) >= (self._milters if role == "milter" else 1)
        wait_until(returned, lambda: f"a new {role}:\n{self.log}")

    @contextlib.contextmanager
    def kept_down(self, role):
        """Kill the role's processes, and each that is started in their place, until the end of the block."""
        with self._at_each(role, signal.SIGKILL):
            yield

    @contextlib.contextmanager
    def frozen(self, role):
        """Stop the role's processes, and each that is started in their place, until the end of the block."""
        stopped = set()
        try:
            with self._at_each(role, signal.SIGSTOP) as stopped:
                wait_until(lambda: all(_is_stopped(pid) for pid in stopped), f"the {role} to be stopped",
                           interval=0.002)
                yield
        finally:
            for pid in stopped & set(self.pids()[role]):
                _signal(pid, signal.SIGCONT)

    @contextlib.contextmanager
    def without_more_memory(self, role):
        """The role's one process keeps what it has and gets no more, until the end of the block. Of a daemon with one
        user only: for another user's process not every root may do this."""
        [pid] = self.pids()[role]
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        has = int(re.search(r"^VmData:\s+(\d+) kB$", status, re.MULTILINE)[1])
        self._limit_memory(pid, has * 1024)
        try:
            yield
        finally:
            self._limit_memory(pid, "unlimited")

    def _limit_memory(self, pid, octets):
        subprocess.run(self._as_its_user(["prlimit", f"--pid={pid}", f"--data={octets}:"]), check=True, cwd="/")

    @contextlib.contextmanager
    def _at_each(self, role, number):
        """Send a signal to every process of the role, once to each, as soon as it is seen; the set of the reached."""
        ended, reached = threading.Event(), set()

        def watch():
            while not ended.wait(0.02):
                for pid in set(self.pids()[role]) - reached:
                    _signal(pid, number)
                    reached.add(pid)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            wait_until(lambda: reached, f"a {role} to send a signal to")
            yield reached
        finally:
            ended.set()
            watcher.join()

    # What it says.

    @property
    def log(self):
        with self._logged:
            return "".join(self._log)

    @property
    def log_mark(self):
        """How many lines there are by now: since what log_lines and wait_for_log look."""
        with self._logged:
            return len(self._log)

    def log_lines(self, pattern, since=0):
        """The lines in which the regular expression is found."""
        with self._logged:
            return [line.rstrip("\n") for line in self._log[since:] if re.search(pattern, line)]

    def wait_for_log(self, pattern, timeout=PATIENCE, since=0):
        """The first such line, when it is there."""
        with self._logged:
            if self._logged.wait_for(lambda: any(re.search(pattern, line) for line in self._log[since:]), timeout):
                return self.log_lines(pattern, since)[0]
        raise AssertionError(f"no log line like {pattern!r} within {timeout:g} s:\n{self.log}")

    def hang_up(self):
        """Whoever read its log is gone: what it writes there from now on, but for one line perhaps, finds a broken
        pipe."""
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), self._process.stderr.fileno())

    # signetctl.

    def ctl(self, *arguments, check=True, input=None):
        """What `signetctl ARGUMENTS --json` prints, as an object. check: it must say yes (exit 0)."""
        done = self._signetctl(*arguments, input=input)
        if check and done.returncode != 0:
            raise AssertionError(f"signetctl {' '.join(map(str, arguments))}: exit {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}\n{self.log}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def create_key(self, domain, *arguments, names=None, activate=True):
        """A key for the domain: created, its records published in names (resolving.py), and activated; its record."""
        key = self.ctl("key", "create", "--domain", domain, *arguments)
        self._publish(key, names)
        if activate:
            return self.ctl("key", "activate", key["id"], "--without-dns-check")
        return key

    def have_key(self, domain, *arguments, names=None):
        """As create_key, for a test to which it does not matter how the daemon came by its key: one of RSA is imported,
        out of a stock, with one slot. To make the two of a new one takes longer than all else in most tests."""
        if "ed25519-sha256" in arguments:
            return self.create_key(domain, *arguments, names=names)
        arguments = [argument for argument in arguments if argument not in ("--algorithm", "rsa-sha256")]
        selector = [] if "--selector" in arguments else ["--selector", f"stock{next(_numbers)}"]
        key = self.ctl("key", "import", "--domain", domain, *selector, *arguments, self._file_of_stock())
        self._publish(key, names)
        return self.ctl("key", "activate", key["id"], "--without-dns-check")

    def _publish(self, key, names):
        if names:
            for record in self.ctl("records", key["id"])["records"]:
                names.publish(record["name"].rstrip("."), record["value"], record["type"])

    def _file_of_stock(self):
        """The next key of the stock, each once for a daemon, in a file that its user can read."""
        number = len(list(self._directory.glob("stock*.pem")))
        file = self._directory / f"stock{number}.pem"
        file.write_bytes(dnskey.of_stock(number).private_pem)
        file.chmod(0o644)
        return file

    def run_ctl(self, *arguments, control=None, uid=None, style=("--json",)):
        """The finished `signetctl ARGUMENTS --json`, whatever it says; as uid, else as the daemon's own user."""
        argv = [self._programs / "signetctl", "--control", f"unix:{control or self.control_socket}", *arguments,
                *style]
        if uid is None:
            argv = self._as_its_user(argv)
        else:
            argv = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *map(str, argv)]
        return subprocess.run(argv, capture_output=True, text=True, timeout=2 * PATIENCE, cwd="/")

    def start_ctl(self, *arguments, **popen):
        """A running `signetctl ARGUMENTS`, as the daemon's own user: a subprocess.Popen of text."""
        argv = [self._programs / "signetctl", "--control", f"unix:{self.control_socket}", *arguments]
        return subprocess.Popen(self._as_its_user(argv), cwd="/", **{"text": True, **popen})

    def run_check(self):
        """The finished `signetd --check`, by the user who starts the daemon."""
        argv = [self._programs / "signetd", "--check", "-c", self._configuration]
        return subprocess.run(self._as_its_user(argv), capture_output=True, text=True, timeout=60, cwd="/")

    def run_restore(self, backup, programs=None):
        """The finished `signetctl restore`, by the user who starts the daemon. programs: others than the daemon's."""
        argv = [self._programs / "signetctl", "restore", "--config", self._configuration, backup]
        return subprocess.run(self._as_its_user(argv), capture_output=True, text=True, timeout=2 * PATIENCE, cwd="/",
                              env={**os.environ, "SIGNETD_LIBEXEC": str(programs or self._programs)})

    def _signetctl(self, *arguments, input=None):
        argv = [self._programs / "signetctl", "--control", f"unix:{self.control_socket}", *arguments, "--json"]
        return subprocess.run(self._as_its_user(argv), input=input, capture_output=True, text=True,
                              timeout=2 * PATIENCE, cwd="/")

    def answers(self):
        if self._process.poll() is not None:
            raise AssertionError(f"signetd ended with {self._process.returncode}:\n{self.log}")
        return self._signetctl("status").returncode == 0

    # Inside.

    def _as_its_user(self, argv):
        if I_AM_ROOT and not self._as_root:
            argv = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *argv]
        return [str(argument) for argument in argv]

    def _settings(self, settings, listener):
        common = {
            "state_dir": str(self._directory / "state"),
            "listeners": [{"address": f"unix:{self.milter_socket}", "mode": "0666", "processes": MILTERS, **listener}],
            "control": {"address": f"unix:{self.control_socket}"},
            "dns": {"resolvers": [RESOLVER if self._internet else NO_RESOLVER]},
        }
        if self._as_root:
            common["users"] = USERS
        settings = dict(settings)
        if "control_mode" in settings:
            common["control"]["mode"] = settings.pop("control_mode")
        if settings.get("metrics") is True:
            settings["metrics"] = {"address": f"unix:{self.metrics_socket}"}
        return {**common, **settings}

    @staticmethod
    def _open_socket(path):
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.bind(str(path))
        path.chmod(0o666)
        listening.listen()
        return listening

    def _hand_over(self):
        """What puts the sockets at descriptor 3 and on, and says so, before the daemon."""
        if not self._sockets:
            return []
        moves = " ".join(f"{3 + i}<&{s.fileno()}" for i, s in enumerate(self._sockets))
        return ["bash", "-c", f'exec {moves}; export LISTEN_PID=$$ LISTEN_FDS={len(self._sockets)}; exec "$@"', "_"]

    def _make_state_directory(self):
        state = self._directory / "state"
        state.mkdir(mode=0o755 if self._as_root else 0o700)
        if I_AM_ROOT and not self._as_root:
            os.chown(state, NOBODY, NOBODY)

    def _read_log(self, stream):
        with stream:
            for line in stream:
                with self._logged:
                    self._log.append(line)
                    self._logged.notify_all()

    def _children(self):
        """[(pid, name), ...] of its living children."""
        pids = []
        for thread in pathlib.Path(f"/proc/{self._process.pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                pids += map(int, thread.read_text().split())
        return [(pid, name) for pid in sorted(pids) if (name := _living_name(pid))]


def _limits(descriptors, memory, lockable):
    limits = ["--nofile={}:{}".format(*descriptors)] if descriptors else []
    limits += [f"--as={memory}"] if memory else []
    limits += [f"--memlock={lockable}"] if lockable else []
    one_processor = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))] if lockable else []  # a thread each
    return [*one_processor, *(["prlimit", *limits] if limits else [])]


def _living_name(pid):
    """The name of a process; nothing if it is dead or a zombie."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    name, state = stat[stat.index("(") + 1:stat.rindex(")")], stat[stat.rindex(")") + 2]
    return None if state in "ZX" else name


def _is_stopped(pid):
    """Every thread of it: one that runs still serves."""
    return all(_state(task) in "TZX" for task in pathlib.Path(f"/proc/{pid}/task").iterdir())


def _state(process):
    return (process / "stat").read_text().rpartition(")")[2].split()[0]


def _is_alive(pid, name):
    return _living_name(pid) == name


def _signal(pid, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _libconfig(settings):
    return "".join(f"{name} = {_value(value)};\n" for name, value in settings.items())


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{ " + "".join(f"{name} = {_value(item)}; " for name, item in value.items()) + "}"
    return "( " + ", ".join(map(_value, value)) + " )"
