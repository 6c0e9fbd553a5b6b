# SPDX-License-Identifier: ISC
"""The guides: each piece of configuration is read by the program it is for, and mail is signed by a set-up like it."""

import os
import re
import subprocess

import pytest
from support import samples
from support.daemon import build_directory
from support.place import free_port
from support.sender import send
from support.servers import REPOSITORY

GUIDES = ["containers.md", "postfix.md", "sendmail.md"]
SMALLEST = """\
state_dir = "/s";
listeners = ( { address = "unix:/m"; } );
control = { address = "unix:/c"; };
"""


def blocks(guide, heading):
    """The indented blocks that begin with this line, without it."""
    text = (REPOSITORY / "docs/guides" / guide).read_text()
    found = re.findall(rf"^    {re.escape(heading)}\n((?:    .*\n|\n(?=    ))*)", text, re.MULTILINE)
    return [re.split(r"\n\n(?=# )", re.sub(r"^    ", "", block, flags=re.MULTILINE))[0] for block in found]


# ---- each for itself ----

@pytest.mark.parametrize("guide", GUIDES)
def test_signetd_reads_its_part(guide, tmp_path):
    parts = blocks(guide, "# signetd.conf")
    assert parts
    for part in parts:
        file = tmp_path / "signetd.conf"
        file.write_text(part if "state_dir" in part else SMALLEST + part)
        # --check would look for its groups and directories on this machine, too
        done = subprocess.run([build_directory() / "signetd", "--dump", "-c", file], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_postfix_knows_what_it_is_told(servers, tmp_path):
    parts = blocks("postfix.md", "# main.cf")
    services = blocks("postfix.md", "# master.cf")
    assert len(parts) == 3 and len(services) == 1
    for part in parts:
        (tmp_path / "main.cf").write_text(part + f"\nmail_owner = root\nsetgid_group = root\nshlib_directory = "
                                          f"{servers.postfix}/usr/lib/postfix\n")
        (tmp_path / "master.cf").write_text(services[0])
        done = subprocess.run([servers.postfix / "usr/sbin/postconf", "-c", tmp_path, "-n"], capture_output=True, text=True,
                              env={**os.environ, "LD_LIBRARY_PATH": f"{servers.postfix}/usr/lib/postfix"})
        assert done.returncode == 0 and "unused parameter" not in done.stderr, done.stderr
        names = set(re.findall(r"^(\w+) =", part, re.MULTILINE))
        assert names and names <= set(re.findall(r"^(\w+) =", done.stdout, re.MULTILINE))


# ---- put together ----

def signed(sink, recipient):
    return len(sink.wait_for(recipient).fields("DKIM-Signature")) == 1


def test_a_chrooted_smtpd_reaches_the_socket_below_its_queue(postfix, signetd, sink):
    """As in postfix.md: the path from outside for signetd, the path from inside for Postfix."""
    port = free_port()
    settings = dict(line.split(" = ") for line in blocks("postfix.md", "# main.cf")[0].strip().splitlines())
    inside = settings["smtpd_milters"]
    assert inside == "unix:signetd/milter.sock"
    mta = postfix("", services=(f"127.0.0.1:{port} inet n - y - - smtpd -o smtpd_milters={inside}",))
    directory = mta.queue / "signetd"
    directory.mkdir()
    directory.chmod(0o777)  # the daemon's user of this test is another than a package's
    daemon = signetd(listener={"address": f"unix:{directory}/milter.sock"}, settings={"outbound_daemon_names": []})
    daemon.have_key("example.com")
    recipient = samples.fresh_recipient()

    assert send(port, samples.plain(), recipients=[recipient]).code == 250, mta.log

    assert signed(sink, recipient)


def test_a_sendmail_with_the_filter_of_the_guide_has_its_mail_signed(sendmail, signetd, sink):
    filters, avoiding, daemons = blocks("sendmail.md", "dnl sendmail.mc")
    daemon = signetd()
    daemon.have_key("example.com")
    knobs = filters.replace("local:/run/signetd/milter.sock", daemon.sendmail_milter) + avoiding
    mta, recipient = sendmail(knobs=knobs.strip().splitlines()), samples.fresh_recipient()

    assert mta.submit_smtp(samples.plain(), recipients=[recipient]).code == 250

    assert signed(sink, recipient)
    assert "Name=MSA" in daemons


# ---- the container ----

def test_the_image_has_the_packages_that_building_takes():
    containerfile = (REPOSITORY / "contrib/container/Containerfile").read_text()
    needed = re.search(r"^readonly BUILD=\((.*?)\)", (REPOSITORY / "scripts/install-packages").read_text(),
                       re.MULTILINE | re.DOTALL)[1].split()
    assert set(needed) <= set(re.split(r"\s+", containerfile.partition("FROM debian:12-slim\n")[0]))


def test_the_image_has_the_libraries_that_running_takes():
    image = (REPOSITORY / "contrib/container/Containerfile").read_text().partition("FROM debian:12-slim\n")[2].split()
    base = {"libc6", "libgcc-s1", "libzstd1", "liblzma5", "liblz4-1", "libcap2", "libgcrypt20", "libgpg-error0"}
    programs = ["signetd", "signetd-milter", "signetd-vault", "signetd-keeper", "signetd-dns", "signetd-http",
                "signetctl"]
    for program in programs:
        listing = subprocess.run(["readelf", "--dynamic", build_directory() / program], capture_output=True, text=True,
                                 check=True, env={**os.environ, "LC_ALL": "C"}).stdout
        for library in re.findall(r"\(NEEDED\).*\[(.+?)\]", listing):
            owners = subprocess.run(["dpkg-query", "--search", f"*/{library}"], capture_output=True, text=True).stdout
            packages = {owner.partition(":")[0] for owner in owners.splitlines()}
            assert packages & ({*image} | base), (program, library, packages)
