# SPDX-License-Identifier: ISC
"""A private Sendmail: its own queue, configuration, port and host name, out of the unpacked packages. Needs root."""

import subprocess

from . import sender
from .namespace import Namespace
from .place import accepts_connections, free_port
from .wait import PATIENCE, wait_until

HOST_NAME = "mta2.signetd.test"  # without a dot in it, Sendmail sleeps for a minute before it reads its configuration

_CONFIGURATION = r"""
divert(0)dnl
VERSIONID(`private test')
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `{host_name}')dnl
define(`QUEUE_DIR', `{directory}/queue')dnl
define(`STATUS_FILE', `{directory}/status')dnl
define(`confPID_FILE', `{directory}/pid')dnl
define(`confSERVICE_SWITCH_FILE', `{directory}/service.switch')dnl
define(`confHOSTS_FILE', `/etc/hosts')dnl
define(`ALIAS_FILE', `')dnl
define(`confCW_FILE', `-o {directory}/local-host-names')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe')dnl
define(`confTO_IDENT', `0')dnl
define(`confDEF_USER_ID', `65534:65534')dnl
define(`confLOG_LEVEL', `14')dnl
define(`confMILTER_LOG_LEVEL', `14')dnl
define(`confDELIVERY_MODE', `background')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confBIND_OPTS', `-DNSRCH -DEFNAMES')dnl
define(`confTRUSTED_USER', `root')dnl
define(`SMTP_MAILER_ARGS', `TCP $h {sink}')dnl
define(`ESMTP_MAILER_ARGS', `TCP $h {sink}')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
FEATURE(`promiscuous_relay')dnl
DAEMON_OPTIONS(`Name=MTA, Family=inet, Addr=127.0.0.1, Port={port}')dnl
{filters}
{knobs}
MAILER(`smtp')dnl
"""


class Sendmail:
    """directory: private and empty. milter: as in INPUT_MAIL_FILTER, like "local:/run/x/milter.sock" (several with
    spaces between, "" for none). knobs: more lines for the .mc, before MAILER; files: {path to cover: path of what
    covers it}, for it alone."""

    def __init__(self, package, directory, sink_port, milter="", knobs=(), files=None):
        self._package, self._directory, self._process = package, directory, None
        self._output = directory / "output"
        self.port = free_port()
        self._write_configuration(sink_port, milter, knobs)
        self._namespace = Namespace({"/etc/hosts": directory / "hosts", **(files or {})}, host_name=HOST_NAME)

    def start(self):
        program = self._package / "usr/libexec/sendmail/sendmail"
        with open(self._output, "ab") as log:
            self._process = self._namespace.start(
                [program, "-C", self._directory / "sendmail.cf", "-bD", "-q1s", "-X", self._directory / "traffic"],
                stdout=log, stderr=log)
        wait_until(lambda: accepts_connections(self.port), lambda: f"Sendmail to listen:\n{self.log}")
        return self

    def close(self):
        self._namespace.close()
        if self._process:
            self._process.wait(timeout=PATIENCE)

    def submit_smtp(self, message, mail_from="alice@example.com", recipients=("bob@example.net",)):
        """Hand in a message by SMTP, unmodified; the server's last reply."""
        return sender.send(self.port, message, mail_from, recipients)

    @property
    def log(self):
        """What it printed, and the SMTP it spoke (its log proper goes to syslog, which is the machine's own)."""
        traffic = self._directory / "traffic"
        return "".join(path.read_text(errors="replace") for path in (self._output, traffic) if path.exists())

    def _write_configuration(self, sink_port, milter, knobs):
        (self._directory / "queue").mkdir(mode=0o700)
        (self._directory / "service.switch").write_text("hosts files\naliases files\n")
        (self._directory / "hosts").write_text(f"127.0.0.1 localhost {HOST_NAME} mta2\n")
        filters = [f"INPUT_MAIL_FILTER(`signetd{number}', `S={spec}, F=T, T=C:1m;S:1m;R:1m;E:2m')dnl"
                   for number, spec in enumerate(milter.split())]
        source = self._directory / "sendmail.mc"
        source.write_text(_CONFIGURATION.format(host_name=HOST_NAME, directory=self._directory, sink=sink_port,
                                                port=self.port, filters="\n".join(filters),
                                                knobs="\n".join(knobs)))
        macros = self._package / "usr/share/sendmail/cf"
        result = subprocess.run(["m4", f"-D_CF_DIR_={macros}/", "../m4/cf.m4", source], cwd=macros / "cf",
                                check=True, capture_output=True)
        (self._directory / "sendmail.cf").write_bytes(result.stdout)
