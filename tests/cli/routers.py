"""FRR behind a real sshd: a BGP speaker on private sockets, and vtysh as the only shell."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.daemons import Daemon, connects, daemon, free_port, program

FRR = Path("/usr/lib/frr")
VTYSH = "/usr/bin/vtysh"
SECRET = "Bgp-S3cret-99"

BGP = f"""hostname hbh-lab-rt01
router bgp 65001
 bgp router-id 10.255.0.1
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 127.0.0.2 remote-as 65002
 neighbor 127.0.0.2 description Huyen Mai Chau
 neighbor 127.0.0.3 remote-as 65003
 neighbor 127.0.0.3 shutdown
 neighbor 127.0.0.4 remote-as 65004
 neighbor 127.0.0.5 remote-as 65005
 neighbor 127.0.0.5 password {SECRET}
 neighbor 127.0.0.6 remote-as 65006
exit
"""


@dataclass(frozen=True)
class Router:
    """FRR that runs: where its sockets are."""

    folder: Path

    def tell(self, *commands: str) -> str:
        """What vtysh says to some commands."""
        asked = [part for one in commands for part in ("-c", one)]
        command = [VTYSH, "--vty_socket", str(self.folder), *asked]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextlib.contextmanager
def router() -> Iterator[Router]:
    """bgpd alone, which touches no route of this machine. Skipped, and says so, without FRR."""
    if os.geteuid() != 0 or not (FRR / "bgpd").exists() or not Path(VTYSH).exists():
        pytest.skip("needs root and FRR (package frr)")
    with tempfile.TemporaryDirectory(prefix="hatang-frr-") as made:  # where the user frr may go
        folder = Path(made)
        folder.chmod(0o755)
        shutil.chown(folder, "frr", "frr")
        (folder / "bgpd.conf").write_text(BGP)
        command = [str(FRR / "bgpd"), "-u", "frr", "-g", "frr", "-P", "0", "-n", "-Z"]
        command += ["-l", "127.0.0.1", "-p", str(free_port()), "--vty_socket", str(folder)]
        command += ["-i", str(folder / "bgpd.pid"), "-f", str(folder / "bgpd.conf")]
        with daemon(command, 0, folder / "bgpd.log", (folder / "bgpd.vty").exists):
            yield Router(folder)


@dataclass(frozen=True)
class Login:
    """A real sshd with one way in: the account that runs the tests, by key, into one program."""

    port: int
    user: str
    key: Path
    known_hosts: Path
    daemon: Daemon


@contextlib.contextmanager
def login(folder: Path, shell: str) -> Iterator[Login]:
    """sshd whose every login ends in `shell`; the key in its known_hosts is right."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in ("host_key", "user_key"):
        made = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(made, check=True)
    port = free_port()
    known = folder / "known_hosts"
    public = (folder / "host_key.pub").read_text().split()
    known.write_text(f"[127.0.0.1]:{port} {public[0]} {public[1]}\n")
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    options = {
        "HostKey": folder / "host_key",
        "ListenAddress": f"127.0.0.1:{port}",
        "PidFile": "none",
        "UsePAM": "no",
        "StrictModes": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "yes",
        "AuthorizedKeysFile": folder / "authorized_keys",
        "ForceCommand": shell,
        "PrintMotd": "no",
        "PrintLastLog": "no",
    }
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd's own demand of root
    given = [f"-o{name}={value}" for name, value in options.items()]
    started = ["sshd", "-D", "-e", "-f", "/dev/null", *given]
    with daemon(started, port, folder / "sshd.log", lambda: connects(port)) as running:
        yield Login(port, os.environ.get("USER") or "root", folder / "user_key", known, running)
