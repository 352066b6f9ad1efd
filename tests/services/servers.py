"""Servers of what people use, each with a configuration of its own on a free port of loopback."""

import contextlib
import os
import pwd
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import Certificate
from tests.daemons import connects, daemon, free_port, program

UNBOUND = """\
server:
  interface: 127.0.0.1@{port}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  access-control: 127.0.0.1/32 allow
  do-not-query-localhost: no
  module-config: "iterator"
  local-zone: "example.vn." static
  local-data: "motcua.example.vn. A 10.17.1.10"
  local-data: "motcua.example.vn. A 10.17.1.11"
  local-data: "example.vn. MX 10 mail.example.vn."
  local-data: 'big.example.vn. TXT "{big}"'
  local-zone: "refused.vn." refuse
remote-control:
  control-enable: no
stub-zone:
  name: "broken.vn."
  stub-addr: 127.0.0.1@{nobody}
"""
DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
login_greeting = Dovecot ready.
passdb {{
  driver = static
  args = password=none
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {secure}
    ssl = yes
  }}
}}
"""
POSTFIX = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
myhostname = mail.example.vn
inet_interfaces = 127.0.0.1
maillog_file = /dev/stdout
maillog_file_prefixes = /dev
smtpd_tls_security_level = may
smtpd_tls_chain_files = {chain}
smtpd_client_event_limit_exceptions = static:all
local_recipient_maps =
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{secure} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
postlog unix-dgram n - n - 1 postlogd
"""
KAMAILIO = """\
listen=udp:127.0.0.1:{port}
children=1
disable_tcp=yes
log_stderror=yes
loadmodule "sl.so"
request_route {{
  if (method=="OPTIONS" && uri=~"^sip:room@") {{ sl_send_reply("404", "Not Here"); exit; }}
  if (method=="OPTIONS") {{ sl_send_reply("200", "Alive"); exit; }}
}}
"""


def needs_root(what: str) -> None:
    """Skips, and says so, where the tests do not run as root."""
    if os.geteuid() != 0:
        pytest.skip(f"{what} starts as root only")


@contextlib.contextmanager
def unbound(folder: Path) -> Iterator[int]:
    """A resolver that knows example.vn; its port."""
    port = free_port()
    text = UNBOUND.format(port=port, folder=folder, big="x" * 250, nobody=free_port())
    path = folder / "unbound.conf"
    path.write_text(text.replace('"' + "x" * 250 + '"', " ".join(['"' + "x" * 250 + '"'] * 8)))
    command = [program("unbound"), "-d", "-c", str(path)]
    with daemon(command, port, folder / "unbound.log", lambda: connects(port)):
        yield port


@contextlib.contextmanager
def dovecot(folder: Path, shown: Certificate) -> Iterator[tuple[int, int]]:
    """An IMAP server; its ports: plain with STARTTLS, and TLS from the first byte."""
    needs_root("dovecot")
    port, secure = free_port(), free_port()
    path = folder / "dovecot.conf"
    path.write_text(
        DOVECOT.format(
            folder=folder, certificate=shown.file, key=shown.key, port=port, secure=secure
        )
    )
    command = [program("dovecot"), "-F", "-c", str(path)]
    with daemon(command, port, folder / "dovecot.log", lambda: connects(port)):
        yield port, secure


@contextlib.contextmanager
def postfix(folder: Path, shown: Certificate) -> Iterator[tuple[int, int]]:
    """An SMTP server; its ports: plain with STARTTLS, and TLS from the first byte."""
    needs_root("postfix")
    port, secure = free_port(), free_port()
    chain = folder / "chain.pem"
    chain.write_text(shown.key.read_text() + shown.file.read_text())
    (folder / "main.cf").write_text(POSTFIX.format(folder=folder, chain=chain))
    (folder / "master.cf").write_text(MASTER.format(port=port, secure=secure))
    owner = pwd.getpwnam("postfix")
    for name in ("queue/pid", "queue/public", "queue/private", "data"):
        (folder / name).mkdir(parents=True)
        if not name.endswith("pid"):
            os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    for above in (folder, *folder.parents):  # postfix lets its rights go on the way to its queue
        if above.stat().st_uid == 0 and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)
    command = ["/usr/lib/postfix/sbin/master", "-d", "-c", str(folder)]
    with daemon(command, port, folder / "postfix.log", lambda: connects(port)):
        yield port, secure


@contextlib.contextmanager
def chronyd(folder: Path, *lines: str) -> Iterator[int]:
    """A time server that does not touch our clock; its port."""
    port = free_port(socket.SOCK_DGRAM)
    path = folder / "chrony.conf"
    own = pwd.getpwuid(os.geteuid()).pw_name
    text = [f"port {port}", "bindaddress 127.0.0.1", "cmdport 0", f"pidfile {folder}/chrony.pid"]
    path.write_text("\n".join((*text, "allow 127.0.0.0/8", "bindcmdaddress /", *lines, "")))
    command = [program("chronyd"), "-x", "-d", "-f", str(path), "-u", own]
    with daemon(command, port, folder / "chrony.log", lambda: _bound(port)):
        yield port


@contextlib.contextmanager
def kamailio(folder: Path) -> Iterator[int]:
    """A SIP server that answers OPTIONS, and does not know the user `room`; its port."""
    port = free_port(socket.SOCK_DGRAM)
    path = folder / "kamailio.cfg"
    path.write_text(KAMAILIO.format(port=port))
    command = [program("kamailio"), "-DD", "-E", "-f", str(path), "-Y", str(folder)]
    command += ["-m", "16", "-M", "4", "-P", str(folder / "kamailio.pid")]
    with daemon(command, port, folder / "kamailio.log", lambda: _bound(port)):
        yield port


def _bound(port: int) -> bool:
    """Whether somebody listens to UDP there."""
    table = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(int(line.split()[1].partition(":")[2], 16) == port for line in table)
