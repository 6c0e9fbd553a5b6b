# SPDX-License-Identifier: ISC
"""signetd --check says what a start would meet on this machine, with the line of the setting, and changes nothing: an
error where the start will fail, a warning where systemd or another user may put it right by then."""

import os
import re
import subprocess

import pytest
from support.place import I_AM_ROOT, NOBODY

EXIT_CONFIG = 78
CONFIGURATION = """\
users = { milter = "61001"; vault = "61002"; keeper = "61003"; dns = "61004"; http = "61005"; };
state_dir = "{d}/state";
listeners = ( { address = "unix:{d}/milter.sock"; } );
control = { address = "unix:{d}/control"; };
metrics = { address = "unix:{d}/metrics"; };
"""
LINES = {"users": 1, "state_dir": 2, "listeners": 3, "control": 4, "metrics": 5, "more": 6}
ERROR, WARNING = "error", "warning"


class Scene:
    """A configuration in a directory of its own, and what --check says of it."""

    def __init__(self, programs, directory):
        self._programs, self.directory = programs, directory
        self._file = directory / "signetd.conf"
        self._lines = CONFIGURATION.replace("{d}", str(directory)).splitlines()

    def change(self, name, old, new):
        line = self._lines[LINES[name] - 1]
        assert old in line
        self._lines[LINES[name] - 1] = line.replace(old, new.replace("{d}", str(self.directory)))

    def add(self, line):
        self._lines.append(line.replace("{d}", str(self.directory)))

    def check(self, as_nobody=False, environment=()):
        """(exit code, [(error or warning, the line of the file, what is said)])"""
        self._file.write_text("\n".join(self._lines) + "\n")
        argv = [self._programs / "signetd", "--check", "-c", self._file]
        if as_nobody and I_AM_ROOT:
            argv = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *argv]
        before = self._everything()
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd="/",
                              env={**os.environ, **dict(environment)})
        assert self._everything() == before, "it changes nothing"
        said = [re.search(rf" (error|warning): {re.escape(str(self._file))}(?::(\d+))?: (.*)", line)
                for line in done.stderr.splitlines()]
        assert all(said), done.stderr
        return done.returncode, [(one[1], int(one[2] or 0), one[3]) for one in said]

    def _everything(self):
        return sorted((str(path), path.lstat().st_mode, path.lstat().st_mtime_ns) for path in self.directory.rglob("*"))


@pytest.fixture
def scene(programs, place):
    directory = place(NOBODY if I_AM_ROOT else None)
    directory.chmod(0o755)
    return Scene(programs, directory)


def test_of_what_will_start_nothing_is_said(scene):
    assert scene.check() == (0, [])
    assert scene.check(as_nobody=True) == (0, [])


def regular(path):
    path.write_text("precious")


def key(mode=0o400, octets=32):
    def make(path):
        path.write_bytes(b"k" * octets)
        path.chmod(mode)
    return make


def fifo(path):
    """Whoever opens it to read waits for one who writes."""
    os.mkfifo(path, 0o400)


def store(path):
    path.mkdir(parents=True)
    (path / "signetd.db").write_text("records")


# {what is there: (made in the directory, changes of the configuration, what is said, at which line, error or warning)}
MET = {
    "group-of-a-listener": ({}, [("listeners", "; }", '; group = "nosuchgroup"; }')],
                            'listeners[0].group: there is no group "nosuchgroup"; create it, or correct the name',
                            "listeners", ERROR),
    "group-of-control": ({}, [("control", "; }", '; group = "nosuchgroup"; }')],
                         'control.group: there is no group "nosuchgroup"', "control", ERROR),
    "group-of-metrics": ({}, [("metrics", "; }", '; group = "nosuchgroup"; }')],
                         'metrics.group: there is no group "nosuchgroup"', "metrics", ERROR),
    "second-listener": ({}, [("listeners", " );", ', { address = "unix:{d}/2"; group = "nosuchgroup"; } );')],
                        'listeners[1].group: there is no group "nosuchgroup"', "listeners", ERROR),
    "no-directory-of-a-listener": ({}, [("listeners", "/milter.sock", "/missing/milter.sock")],
                                   "listeners[0].address: the directory {d}/missing: No such file or directory; "
                                   "make it, unless systemd does (RuntimeDirectory=, StateDirectory=)", "listeners",
                                   WARNING),
    "no-directory-of-control": ({}, [("control", "/control", "/missing/control")],
                                "control.address: the directory {d}/missing: No such file", "control", WARNING),
    "no-directory-of-metrics": ({}, [("metrics", "/metrics", "/missing/metrics")],
                                "metrics.address: the directory {d}/missing: No such file", "metrics", WARNING),
    "no-parent-of-state-dir": ({}, [("state_dir", "/state", "/missing/state")],
                               "state_dir: the directory {d}/missing: No such file or directory", "state_dir", WARNING),
    "file-for-a-directory": ({"file": regular}, [("listeners", "/milter.sock", "/file/milter.sock")],
                             "listeners[0].address: {d}/file is no directory; choose another path", "listeners", ERROR),
    "file-for-a-socket": ({"milter.sock": regular}, [],
                          "listeners[0].address: {d}/milter.sock is there and is no socket; move it away, or choose "
                          "another path", "listeners", ERROR),
    "file-for-state-dir": ({"state": regular}, [], "state_dir: {d}/state is no directory; choose another path",
                           "state_dir", ERROR),
    "link-for-state-dir": ({"state": lambda path: path.symlink_to("/")}, [],
                           "state_dir: {d}/state is a symbolic link; write the path it leads to", "state_dir", ERROR),
    "lost-master-key": ({"state/store": store}, [], "state_dir: the master key {d}/state/master.key is missing",
                        "state_dir", ERROR),
    "lost-master-key-elsewhere": ({"state/store": store}, [("more", 'master_key = "{d}/key";')],
                                  "master_key: the master key {d}/key is missing", "more", ERROR),
    "no-place-for-a-master-key": ({}, [("more", 'master_key = "{d}/missing/key";')],
                                  "master_key: the directory {d}/missing: No such file", "more", WARNING),
    "short-master-key": ({"key": key(octets=31)}, [("more", 'master_key = "{d}/key";')],
                         "master_key: the master key {d}/key must be a file of exactly 32 octets", "more", ERROR),
    "open-master-key": ({"key": key(0o644)}, [("more", 'master_key = "{d}/key";')],
                        "master_key: the master key {d}/key can be read by others: chmod 0400 it", "more", ERROR),
    "fifo-for-a-master-key": ({"key": fifo}, [("more", 'master_key = "{d}/key";')],
                              "master_key: the master key {d}/key must be a file of exactly 32 octets", "more", ERROR),
    "no-previous-master-key": ({}, [("more", 'previous_master_key = "{d}/old";')],
                               "previous_master_key: the master key {d}/old is missing", "more", ERROR),
    "credential": ({}, [("more", 'master_key = "credential:no.such.credential";')],
                   "master_key: no credential no.such.credential is at hand; put it at "
                   "/etc/credstore/no.such.credential, or name its file in LoadCredential= of the unit", "more",
                   WARNING),
    "no-tsig-key": ({}, [("more", 'provider_zone = { name = "k.example"; server = "127.0.0.1"; '
                                  'tsig_key_file = "{d}/tsig"; };')],
                    "provider_zone.tsig_key_file: cannot open tsig_key_file {d}/tsig: No such file", "more", ERROR),
    "fifo-for-a-tsig-key": ({"tsig": fifo}, [("more", 'provider_zone = { name = "k.example"; server = "127.0.0.1"; '
                                                      'tsig_key_file = "{d}/tsig"; };')],
                            "provider_zone.tsig_key_file: tsig_key_file {d}/tsig is no file; name the one with the "
                            "key", "more", ERROR),
    "too-many-milters": ({}, [("listeners", " );", "".join(
        f', {{ address = "unix:{{d}}/{n}"; processes = 32; }}' for n in range(4)) + " );")],
                         " milter processes up to this listener are more than ", "listeners", ERROR),
}


@pytest.mark.parametrize("case", MET)
def test_what_a_start_would_meet_is_said_with_its_line(scene, case):
    there, changes, said, line, level = MET[case]
    for name, make in there.items():
        path = scene.directory / name
        path.parent.mkdir(exist_ok=True)
        make(path)
    for name, *change in changes:
        if name == "more":
            scene.add(*change)
        else:
            scene.change(name, *change)

    code, [found] = scene.check()

    assert code == (EXIT_CONFIG if level == ERROR else 0)
    assert found[:2] == (level, LINES[line]) and said.replace("{d}", str(scene.directory)) in found[2], found


def test_all_of_it_is_said_at_once(scene):
    scene.change("listeners", "; }", '; group = "nosuchgroup"; }')
    scene.change("control", "; }", '; group = "nosuchgroup"; }')
    scene.change("state_dir", "/state", "/missing/state")
    code, said = scene.check()
    assert code == EXIT_CONFIG
    assert [(level, line) for level, line, _ in said] == [(WARNING, 2), (ERROR, 3), (ERROR, 4)]


@pytest.mark.skipif(not I_AM_ROOT, reason="only root gives the roles users of their own")
@pytest.mark.parametrize("line", [1, 0], ids=["configured", "usual"])
def test_a_user_that_does_not_exist_is_named_with_its_line(scene, line):
    if line:
        scene.change("users", "61002", "nosuchuser")
    else:
        scene.change("users", ' vault = "61002";', "")
    name = "nosuchuser" if line else "signetd-vault"
    code, said = scene.check()
    if not line and not said:
        pytest.skip("this machine has the usual users")
    assert code == EXIT_CONFIG
    [(level, found, text)] = said
    assert (level, found) == (ERROR, line) and text.startswith(f'users.vault: user "{name}" does not exist: create it')


@pytest.mark.skipif(not I_AM_ROOT, reason="only root gives the roles users of their own")
def test_all_that_is_wrong_with_the_users_is_said_at_once(scene):
    for old, new in (("61002", "nosuchuser"), ("61003", "0"), ("61004", "61001"), ("61005", "nobodyeither")):
        scene.change("users", old, new)
    code, said = scene.check()
    assert code == EXIT_CONFIG
    assert {(level, line) for level, line, _ in said} == {(ERROR, LINES["users"])}
    assert [text.partition(":")[0] for *_, text in said] == [
        f"users.{role}" for role in ("vault", "keeper", "http", "dns")]
    assert "keeper must not run as root" in said[1][2] and "milter and dns share uid 61001" in said[3][2]


def test_a_credential_that_systemd_has_passed_is_there(scene):
    (scene.directory / "signetd.test.key").write_bytes(b"k" * 32)
    scene.add('master_key = "credential:signetd.test.key";')
    assert scene.check(environment={"CREDENTIALS_DIRECTORY": str(scene.directory)}) == (0, [])
    code, [(level, line, _)] = scene.check()
    assert (code, level, line) == (0, WARNING, LINES["more"])


def test_what_another_user_may_do_is_a_warning(scene):
    """Who checks is perhaps not who starts."""
    if not I_AM_ROOT:
        pytest.skip("only root makes what others may not use")
    foreign, secret = scene.directory / "foreign", scene.directory / "key"
    foreign.mkdir()
    key()(secret)
    os.chown(secret, 0, 0)
    os.chown(foreign, 0, 0)
    scene.change("listeners", "/milter.sock", "/foreign/milter.sock")
    scene.change("control", "; }", '; group = "daemon"; }')
    scene.add('master_key = "{d}/key";')
    assert scene.check() == (0, [])

    code, said = scene.check(as_nobody=True)

    assert code == 0
    assert {(level, line) for level, line, _ in said} == {(WARNING, line) for line in (3, 4, 6)}
    texts = "\n".join(text for *_, text in said)
    for words in (f"the directory {foreign}: Permission denied; let who starts signetd write to it",
                  'control.group: this user is not in the group "daemon"; add it, or start signetd as root',
                  f"cannot open the master key {secret}: Permission denied"):
        assert words in texts


@pytest.mark.parametrize("case", ["group-of-a-listener", "file-for-a-socket", "file-for-state-dir", "lost-master-key",
                                  "short-master-key", "open-master-key", "fifo-for-a-master-key",
                                  "no-previous-master-key", "no-tsig-key", "fifo-for-a-tsig-key", "too-many-milters",
                                  "link-for-state-dir", "file-for-a-directory"])
def test_what_is_an_error_ends_the_start(scene, case):
    there, changes, *_, level = MET[case]
    assert level == ERROR
    test_what_a_start_would_meet_is_said_with_its_line(scene, case)
    done = subprocess.run([scene._programs / "signetd", "-f", "-c", scene._file], capture_output=True, text=True,
                          timeout=60, cwd="/", env={**os.environ, "SIGNETD_LIBEXEC": str(scene._programs)})
    assert done.returncode != 0, done.stderr


def test_a_running_daemon_is_in_nobodys_way(signetd, as_root):
    daemon = signetd(as_root, settings={"metrics": True})
    done = daemon.run_check()
    assert (done.returncode, done.stderr) == (0, "")
    assert daemon.ctl("status")["settings"]["version"] == 1
