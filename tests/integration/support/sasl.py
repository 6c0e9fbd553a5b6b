# SPDX-License-Identifier: ISC
"""Logins with passwords for mail servers: a database of Cyrus SASL and what a server is told of it, in a directory of
its own. Nothing of it lies where the machine's own programs would look."""

import subprocess

_CONFIGURATION = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {database}
mech_list: PLAIN
"""


class Logins:
    """directory: private, empty, passable for all. passwords: {login with its domain: password}."""

    def __init__(self, package, directory, passwords):
        self._directory, self._database = directory, directory / "sasldb2"
        self._program = package / "usr/sbin/saslpasswd2"
        for login, password in passwords.items():
            self._add(login, password)

    def for_postfix(self):
        """More arguments of a Postfix. It reads the database as an ordinary user."""
        self._configure("smtpd", 0o644)
        return {"knobs": {"smtpd_sasl_auth_enable": "yes"}, "sasl": self._directory}

    def for_sendmail(self):
        """More arguments of a Sendmail. It refuses a database that others can read, and looks for what it is told of it
        where SASL was compiled for."""
        self._configure("Sendmail", 0o600)
        return {"knobs": ("define(`confAUTH_MECHANISMS', `PLAIN')dnl", "TRUST_AUTH_MECH(`PLAIN')dnl"),
                "files": {"/usr/lib/sasl2": self._directory}}

    def _add(self, login, password):
        user, _, domain = login.rpartition("@")
        subprocess.run([self._program, "-p", "-c", "-f", self._database, "-u", domain, user], input=password, text=True,
                       check=True, capture_output=True)

    def _configure(self, application, mode):
        self._database.chmod(mode)
        (self._directory / f"{application}.conf").write_text(_CONFIGURATION.format(database=self._database))
