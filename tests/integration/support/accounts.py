# SPDX-License-Identifier: ISC
"""Copies of /etc/passwd and /etc/group with the accounts a server wants, for use in a namespace."""

import grp
import pathlib
import pwd


def copies_with(directory, user, group):
    """{path to cover: path of the copy} where the user (with a group of the same name) and the group exist."""
    passwd, groups = pathlib.Path(directory, "passwd"), pathlib.Path(directory, "group")
    taken = {entry.pw_uid for entry in pwd.getpwall()} | {entry.gr_gid for entry in grp.getgrall()}
    numbers = (number for number in range(61800, 61900) if number not in taken)
    passwd_text, group_text = _read("/etc/passwd"), _read("/etc/group")
    for name in (user, group):
        if not _names(name, group_text):
            group_text += f"{name}:x:{(number := next(numbers))}:\n"
        else:
            number = grp.getgrnam(name).gr_gid
        if name == user and not _names(name, passwd_text):
            passwd_text += f"{name}:x:{next(numbers)}:{number}::/nonexistent:/usr/sbin/nologin\n"
    passwd.write_text(passwd_text)
    groups.write_text(group_text)
    return {"/etc/passwd": passwd, "/etc/group": groups}


def uid_in(covers, user):
    """The uid that a user of copies_with() has."""
    return _number_in(covers["/etc/passwd"], user)


def gid_in(covers, group):
    """The gid that a group of copies_with() has."""
    return _number_in(covers["/etc/group"], group)


def _number_in(path, name):
    [number] = [line.split(":")[2] for line in path.read_text().splitlines() if line.startswith(f"{name}:")]
    return int(number)


def _read(path):
    text = pathlib.Path(path).read_text()
    return text if text.endswith("\n") else text + "\n"


def _names(name, text):
    return any(line.startswith(f"{name}:") for line in text.splitlines())
