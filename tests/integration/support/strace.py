# SPDX-License-Identifier: ISC
"""What a program and its children asked of the kernel: strace's files, one for each thread, read as rights on paths.

Rights are AppArmor's letters (apparmor.d(5)): r, w, k (lock), m (map to execute), x.
"""

import re

# Of those that AppArmor looks at and a path is in.
CALLS = ("open,openat,openat2,creat,execve,execveat,mmap,mkdir,mkdirat,rmdir,unlink,unlinkat,rename,renameat,renameat2,"
         "link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,truncate,ftruncate,"
         "utimensat,flock,fcntl,bind,connect,sendmsg,sendto,socket,clone,clone3,fork,vfork,mknod,mknodat")
STRACE = ("strace", "--follow-forks", "--output-separately", "--decode-fds=path", "--quiet=all", f"--trace={CALLS}")

LINE = re.compile(r"^(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+)(?:<(.*?)>)?(?: \(flags .*\)| \(deleted\))?$")
TEXT = r'"((?:[^"\\]|\\.)*)"'
AT = re.compile(r"(?:AT_FDCWD|-?\d+)(?:<(/[^>]*)>)?, " + TEXT)
DESCRIPTOR = re.compile(r"^\d+<([^>]*)>")
CHILD = re.compile(r"^(?:clone|clone3|fork|vfork)\(.*= (\d+)$")
SOCKET_PATH = re.compile(r'sun_path="([^"]*)"')


def _at(arguments):
    """The paths that a call names beside a directory's descriptor, or alone."""
    found = [(directory, path) for directory, path in AT.findall(arguments)]
    if not found:
        found = [("", path) for path in re.findall(TEXT, arguments)]
    return [path if path.startswith("/") or not directory else f"{directory.rstrip('/')}/{path}".rstrip("/")
            for directory, path in found]


def _opened(arguments, result):
    # O_PATH alone gives no right, and is not asked about
    if "O_PATH" in arguments:
        return []
    rights = "rw" if "O_RDWR" in arguments else "w" if "O_WRONLY" in arguments else "r"
    if "O_CREAT" in arguments or "O_TRUNC" in arguments:
        rights = "".join(sorted({*rights, "w"}))
    return [(result, rights)]


def _renamed(arguments, result):
    old, new = _at(arguments)[:2]
    both = "RENAME_EXCHANGE" in arguments
    return [(old, "rw"), (new, "rw" if both else "w")]


def _named(rights):
    return lambda arguments, result: [(path, rights) for path in _at(arguments)[:1]]


def _held(rights):
    def read(arguments, result):
        found = DESCRIPTOR.match(arguments)
        return [(found[1], rights)] if found else []
    return read


def _changed(arguments, result):
    """A descriptor, or a path beside one."""
    is_named = '"' in arguments and '""' not in arguments
    return (_named("w") if is_named else _held("w"))(arguments, result)


def _locked(arguments, result):
    return _held("k")(arguments, result) if "F_SETLK" in arguments or "F_OFD_SETLK" in arguments else []


def _mapped(arguments, result):
    found = re.search(r", \d+<(/[^>]*)>, ", arguments)
    return [(found[1], "m")] if found and "PROT_EXEC" in arguments else []


def _addressed(arguments, result):
    return [(path, "w") for path in SOCKET_PATH.findall(arguments)]


def _executed(arguments, result):
    return [(path, "x") for path in _at(arguments)[:1]]


WANTS = {
    **dict.fromkeys(("open", "openat", "openat2", "creat"), _opened),
    **dict.fromkeys(("rename", "renameat", "renameat2"), _renamed),
    **dict.fromkeys(("mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "truncate", "mknod", "mknodat", "chmod",
                     "chown", "lchown", "fchmodat", "symlink", "symlinkat"), _named("w")),
    **dict.fromkeys(("fchownat", "utimensat"), _changed),
    **dict.fromkeys(("fchmod", "fchown", "ftruncate"), _held("w")),
    "flock": _held("k"), "fcntl": _locked, "mmap": _mapped,
    **dict.fromkeys(("bind", "connect", "sendmsg", "sendto"), _addressed),
    **dict.fromkeys(("execve", "execveat"), _executed),
}


class Trace:
    """directory: of the files that strace wrote, as trace.PID. programs: whose life is looked at, from the exec on,
    with all that they start."""

    def __init__(self, directory, programs):
        self._directory = directory
        self.wants = set()  # (path, right)
        self.families = set()
        self.executed = set()
        self._seen = set()
        for file in sorted(directory.glob("trace.*")):
            lines = file.read_text(errors="replace").splitlines()
            start = next((number for number, line in enumerate(lines)
                          if any(line.startswith(f'execve("{program}"') for program in programs)), None)
            if start is not None:
                self._read(file, lines[start + 1:])

    def _read(self, file, lines):
        if file in self._seen:
            return
        self._seen.add(file)
        for line in lines:
            child = CHILD.match(line)
            if child and (self._directory / f"trace.{child[1]}").exists():
                of_child = self._directory / f"trace.{child[1]}"
                self._read(of_child, of_child.read_text(errors="replace").splitlines())
            self._take(line)

    def _take(self, line):
        found = LINE.match(line)
        if not found or found[3].startswith("-"):
            return
        call, arguments, _, result = found.groups()
        if call == "socket":
            self.families.add(arguments.partition(",")[0])
        for path, rights in WANTS.get(call, lambda *_: [])(arguments, result or ""):
            if rights == "x":
                self.executed.add(path)
            self.wants |= {(path, right) for right in rights}
