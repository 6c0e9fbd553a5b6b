# SPDX-License-Identifier: ISC
"""A private Postfix: its own queue, configuration, port and accounts, out of the unpacked package.

Postfix finds its libraries by LD_LIBRARY_PATH (which its import_environment lets through to the daemons) and all else
by parameters, so nothing of it has to lie where it was compiled for. Its two accounts exist in its mount namespace
only. Its master is started without postfix(1), which forks a hundred times to look whether all is installed well. Needs
root.
"""

import os
import re

from . import accounts, sender
from .maillog import Maillog
from .namespace import Namespace
from .place import accepts_connections, free_port
from .wait import PATIENCE, wait_until

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
milter_connect_timeout = 60s
milter_command_timeout = 60s
milter_content_timeout = 120s
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
"""

# owner, group and mode of a directory of the queue, in the package's own list
_QUEUE_DIRECTORY = re.compile(r"^\$queue_directory(\S*?):d:([^:]+):([^:]+):([0-7]+)", re.MULTILINE)


class Postfix:
    """directory: private, empty, passable for all. milter: as in smtpd_milters, "" for none. knobs: more main.cf,
    by name; services: more lines of master.cf; sasl: the directory of what it is told of logins (sasl.py)."""

    def __init__(self, package, directory, sink_port, milter="", knobs=None, services=(), sasl=None):
        self._package, self._directory, self._process = package, directory, None
        self.port = free_port()
        self._configuration = directory / "conf"
        self._write_configuration(sink_port, milter, knobs or {}, services)
        if sasl:
            (self._configuration / "sasl").symlink_to(sasl)
        covers = accounts.copies_with(directory, "postfix", "postdrop")
        self._make_directories(accounts.uid_in(covers, "postfix"), accounts.gid_in(covers, "postdrop"))
        self._maillog = Maillog(self.queue / "public/postlog")
        self._namespace = Namespace(covers)

    def start(self):
        known = len(self._maillog.lines)
        self._process = self._namespace.start([self._package / "usr/lib/postfix/sbin/master"], env=self._environment())
        wait_until(lambda: self._has_started(known), lambda: f"Postfix to start:\n{self.log}")
        return self

    def stop(self):
        """All of it: a server that is left would have the port."""
        master = (self.queue / "pid/master.pid").read_text().strip()
        self._check(self._namespace.run(["kill", master]), f"kill {master}")
        self._process.wait(timeout=2 * PATIENCE)
        wait_until(lambda: not accepts_connections(self.port), lambda: f"Postfix to stop:\n{self.log}")

    def close(self):
        """Take away whatever runs."""
        self._namespace.close()
        if self._process:
            self._process.wait(timeout=2 * PATIENCE)
        self._maillog.close()

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
        return "".join(f"{line}\n" for line in self._maillog.lines)

    def _has_started(self, known):
        """Its line comes when it listens. known: the lines there were before."""
        if self._process.poll() is not None:
            raise AssertionError(f"Postfix ended with {self._process.returncode}:\n{self.log}")
        return any("daemon started" in line for line in self._maillog.lines[known:])

    def _write_configuration(self, sink_port, milter, knobs, services):
        self._configuration.mkdir()
        values = dict(directory=self._directory, package=self._package, sink=sink_port, milter=milter, port=self.port)
        more = "".join(f"{name} = {value}\n" for name, value in knobs.items())
        (self._configuration / "main.cf").write_text(_MAIN.format(**values) + more)
        (self._configuration / "master.cf").write_text(_MASTER.format(**values) + "".join(f"{s}\n" for s in services))

    def _make_directories(self, owner, group):
        """As postfix(1) makes them at its first start."""
        owners = {"root": 0, "$mail_owner": owner, "$setgid_group": group, "-": -1}
        for name, its_owner, its_group, mode in _QUEUE_DIRECTORY.findall(self._list_of_files()):
            self._make_directory(f"{self.queue}{name}", int(mode, 8), owners[its_owner], owners[its_group])
        self._make_directory(self._directory / "data", 0o700, owner, -1)

    def _list_of_files(self):
        return (self._package / "etc/postfix/postfix-files").read_text()

    @staticmethod
    def _make_directory(path, mode, owner, group):
        os.mkdir(path)
        os.chown(path, owner, group)
        os.chmod(path, mode)

    def _environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "MAIL_CONFIG": str(self._configuration),
                "LD_LIBRARY_PATH": str(self._package / "usr/lib/postfix")}

    def _check(self, done, what):
        if done.returncode:
            raise AssertionError(f"{what}: {done.stderr.decode(errors='replace')}\n{self.log}")
