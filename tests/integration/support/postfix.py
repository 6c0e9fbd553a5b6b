# SPDX-License-Identifier: ISC
"""A private Postfix: its own queue, configuration, port and accounts, out of the unpacked package.

Postfix finds its libraries by LD_LIBRARY_PATH (which its import_environment lets through to the daemons) and all else
by parameters, so nothing of it has to lie where it was compiled for. Its two accounts exist in its mount namespace
only. Needs root.
"""

import os

from . import accounts, sender
from .namespace import Namespace
from .place import accepts_connections, free_port
from .wait import wait_until

_MAIN = """
compatibility_level = 3.7
queue_directory = {directory}/queue
data_directory = {directory}/data
command_directory = {package}/usr/sbin
daemon_directory = {package}/usr/lib/postfix/sbin
shlib_directory = {package}/usr/lib/postfix
meta_directory = {package}/etc/postfix
sendmail_path = {package}/usr/sbin/sendmail
import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH={package}/usr/lib/postfix
export_environment = MAIL_CONFIG TZ LANG=C LD_LIBRARY_PATH={package}/usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = mta.signetd.test
mydomain = signetd.test
myorigin = signetd.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
relayhost = [127.0.0.1]:{sink}
default_destination_recipient_limit = 1000
alias_maps =
alias_database =
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none
smtpd_tls_security_level = none
biff = no
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
transport_retry_time = 1s
service_throttle_time = 1s
milter_protocol = 6
milter_default_action = tempfail
milter_connect_timeout = 5s
milter_command_timeout = 20s
milter_content_timeout = 30s
smtpd_milters = {milter}
non_smtpd_milters = {milter}
smtputf8_enable = yes
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n - n 1 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 1 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """directory: private, empty, passable for all. milter: as in smtpd_milters, "" for none. knobs: more main.cf,
    by name; services: more lines of master.cf; sasl: the directory of what it is told of logins (sasl.py)."""

    def __init__(self, package, directory, sink_port, milter="", knobs=None, services=(), sasl=None):
        self._package, self._directory, self._running = package, directory, False
        self.port = free_port()
        self._configuration = directory / "conf"
        self._write_configuration(sink_port, milter, knobs or {}, services)
        if sasl:
            (self._configuration / "sasl").symlink_to(sasl)
        covers = accounts.copies_with(directory, "postfix", "postdrop")
        self._make_directories(accounts.uid_in(covers, "postfix"))
        self._namespace = Namespace(covers)

    def start(self):
        self._control("start")
        self._running = True
        wait_until(lambda: accepts_connections(self.port), lambda: f"Postfix to listen:\n{self.log}")
        return self

    def stop(self):
        self._control("stop")
        self._running = False

    def close(self):
        """Stop, and take away what still runs."""
        try:
            if self._running:
                self.stop()
        finally:
            self._namespace.close()

    def flush(self):
        """Try to deliver what waits in the queue, now."""
        self._control("flush")

    def submit_smtp(self, message, mail_from="alice@example.com", recipients=("bob@example.net",)):
        """Hand in a message by SMTP, unmodified; the server's last reply."""
        return sender.send(self.port, message, mail_from, recipients)

    def submit_command(self, message, mail_from="alice@example.com", recipients=()):
        """Hand in a message as programs do, by `sendmail -t`; recipients are added to those in its header."""
        program = self._package / "usr/sbin/sendmail"
        argv = [program, "-C", self._configuration, "-t", "-i", "-f", mail_from, *recipients]
        self._check(self._namespace.run(argv, input=message, env=self._environment()), "sendmail -t")

    @property
    def queue(self):
        """Where what is chrooted lives."""
        return self._directory / "queue"

    @property
    def log(self):
        log = self._directory / "maillog"
        return log.read_text(errors="replace") if log.exists() else ""

    def _write_configuration(self, sink_port, milter, knobs, services):
        self._configuration.mkdir()
        values = dict(directory=self._directory, package=self._package, sink=sink_port, milter=milter, port=self.port)
        more = "".join(f"{name} = {value}\n" for name, value in knobs.items())
        (self._configuration / "main.cf").write_text(_MAIN.format(**values) + more)
        (self._configuration / "master.cf").write_text(_MASTER.format(**values) + "".join(f"{s}\n" for s in services))

    def _make_directories(self, owner):
        (self._directory / "queue").mkdir()
        (self._directory / "data").mkdir()
        os.chown(self._directory / "data", owner, -1)

    def _environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "MAIL_CONFIG": str(self._configuration),
                "LD_LIBRARY_PATH": str(self._package / "usr/lib/postfix")}

    def _control(self, command):
        argv = [self._package / "usr/sbin/postfix", "-c", self._configuration, command]
        self._check(self._namespace.run(argv, env=self._environment()), f"postfix {command}")

    def _check(self, done, what):
        if done.returncode:
            raise AssertionError(f"{what}: {done.stderr.decode(errors='replace')}\n{self.log}")
