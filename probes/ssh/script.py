"""The one command that a poll runs on the server: POSIX sh, read from standard input.

It starts few processes (one grep reads all of /proc and /sys that is wanted), writes nothing to a
disk, needs no root, and bounds with timeout(1) whatever could hang. Each part of its output begins
with a line of a mark and a name, so that a banner in front and noise between do no harm. Network
file systems are not looked at: a server that lost its NFS would hang with us.
"""

import shlex
from secrets import token_hex

from probes.ssh.settings import SshSettings

MARK = f"@hatang-{token_hex(4)}"
"""Begins each part of the output; new in each process, so that nothing there can hold it."""

SHELL = "exec /bin/sh"
"""What the account's own shell is asked for: csh and fish understand it too."""

PATIENCE = 3
"""Seconds that a program on the server may take which is known to hang now and then."""

_BEGIN = """
m() { printf '\\n%s %s\\n' "$M" "$1"; }
e() { s=$?; printf '\\n= %s\\n' "$s"; }
has() { command -v "$1" >/dev/null 2>&1; }
if has timeout; then t() { timeout "$@"; }; else t() { shift; "$@"; }; fi
LC_ALL=C; export LC_ALL
PATH="$PATH:/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin"; export PATH
d=$(date +%s.%N); m date; echo "$d"
if [ -r /proc/stat ]; then linux=1; m linux; else linux=; m uname; uname -s; uname -r; fi
"""

_FAST = """
if [ "$linux" ]; then
  m proc
  grep -sv -e '^intr ' -e '^softirq ' FILES
fi
"""

_FILES = {
    "system": "/proc/loadavg /proc/uptime",
    "cpu": "/proc/stat",
    "memory": "/proc/meminfo",
    "disks": "/proc/diskstats",
    "interfaces": "/proc/net/dev "
    + " ".join(
        f"/sys/class/net/*/{name}" for name in ("operstate", "carrier", "flags", "speed", "duplex")
    ),
}

_SYSTEM = """
if [ "$linux" ]; then
  m processes
  if [ -d /proc/1 ]; then set -- /proc/[0-9]*; echo $#; fi
else
  m uptime; uptime
  m boot; sysctl -n kern.boottime 2>/dev/null
  m ps; ps -A -o pid 2>/dev/null
fi
if has who; then m users; t PATIENCE who; e; fi
"""

_TYPES = (
    "proc|sysfs|devtmpfs|devpts|ramfs|rootfs|cgroup2?|securityfs|pstore|efivarfs|bpf|autofs|mqueue"
    "|hugetlbfs|debugfs|tracefs|configfs|fusectl|binfmt_misc|rpc_pipefs|nsfs|selinuxfs|squashfs"
    "|iso9660|udf|erofs|nfs4?|nfsd|cifs|smb3|smbfs|ncpfs|afs|coda|9p|ceph|glusterfs|lustre|beegfs"
    "|gpfs|ocfs2|gfs2|virtiofs|fuse[.].*"
)
"""Types that are no disk of this server, or that another server must answer for."""

_STORAGE = (
    """
if [ "$linux" ]; then
  m storage
  set -f; IFS='
'
  t PATIENCE stat -f -c '%S %b %f %a %c %d %n' $(awk '
    $3 ~ /^(TYPES)$/ || ($3 == "overlay" && $2 != "/") { next }
    $2 ~ /^\\/(run|dev|sys|proc|snap)(\\/|$)/ { next }
    $2 ~ /^\\/var\\/lib\\/(docker|containers|containerd|kubelet)\\// { next }
    p[$2]++ || ($1 ~ /^\\// && d[$1]++) { next }
    n++ < 400 { gsub(/\\\\040/, " ", $2); print $2 }' /proc/self/mounts)
  s=$?; unset IFS; set +f
else
  s=1
fi
if [ $s = 1 ]; then m df; t PATIENCE df -P -k -l 2>/dev/null || t PATIENCE df -P -k; fi
"""
).replace("TYPES", _TYPES)

_CLOCK = """
if has chronyc; then m chrony; t PATIENCE chronyc -n -c tracking 2>/dev/null
elif has timedatectl; then m timesync; t PATIENCE timedatectl timesync-status 2>/dev/null; fi
"""

_REBOOT = """
m reboot
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then echo 1
elif [ -e /etc/debian_version ]; then echo 0
elif [ "$slow" ] && has needs-restarting; then t "$T" needs-restarting -r >/dev/null 2>&1; echo $?
fi
"""

_FAILED = """
if has systemctl; then
  m failed; t PATIENCE systemctl list-units --failed --plain --no-legend --no-pager --full; e
fi
"""

_UNITS = """
m units
t PATIENCE systemctl show --no-pager --property=ActiveState -- UNITS; e
"""

_SLOW = """
m identity
grep -s '' /etc/os-release /usr/lib/os-release /proc/sys/kernel/osrelease DMI
if [ -r TREE/model ]; then m model; tr -d '\\000' < TREE/model; fi
if [ -r TREE/serial-number ]; then m serial; tr -d '\\000' < TREE/serial-number; fi
"""

_PORTS = """
m ports
grep -s '' /proc/net/dev PORTS
"""

_SLOW = _SLOW.replace("TREE", "/sys/firmware/devicetree/base").replace(
    "DMI",
    " ".join(f"/sys/class/dmi/id/{n}" for n in ("sys_vendor", "product_name", "product_serial")),
)
_PORTS = _PORTS.replace(
    "PORTS",
    " ".join(f"/sys/class/net/*/{n}" for n in ("mtu", "address", "ifindex", "ifalias", "type")),
)


def body(settings: SshSettings) -> str:
    """The part that stays the same from poll to poll, of one server."""
    only = settings.only
    files = " ".join(_FILES[name] for name in only if name in _FILES)
    parts = [_BEGIN]
    if files:
        parts.append(_FAST.replace("FILES", f"{files} /dev/null"))
    for name, text in (
        ("system", _SYSTEM),
        ("storage", _STORAGE),
        ("clock", _CLOCK),
        ("reboot", _REBOOT),
    ):
        if name in only:
            parts.append(text)
    if settings.units:
        parts.append(_UNITS.replace("UNITS", " ".join(map(shlex.quote, settings.units))))
    elif "units" in only:
        parts.append(_FAILED)
    parts.append('if [ "$slow" ]; then' + _SLOW)
    parts.append((_PORTS if "interfaces" in only else "") + "fi\n")
    for at, (_, _, command) in enumerate(settings.asked()):
        parts.append(f'm "command {at}"\nt "$T" sh -c {shlex.quote(command)}; e\n')
    return "".join(parts).replace("PATIENCE", str(PATIENCE))


def script(body: str, patience: float, slow: bool) -> bytes:
    """What is sent: braces make the shell read all of it before it runs the first line.

    `patience` is what a configured command may take, in seconds.
    """
    head = f"M={MARK} T={max(1, int(patience))} slow={'1' if slow else ''}\n"
    return f"{head}{{\n{body}m end\n}} </dev/null\nexit 0\n".encode()
