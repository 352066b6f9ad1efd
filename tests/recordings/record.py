"""Record an agent with snmpwalk: record.py ADDRESS:PORT COMMUNITY > NAME.walk"""

import re
import subprocess
import sys

BRANCHES = tuple(
    f"1.3.6.1.{one}" for one in ("2.1.1", "2.1.2", "2.1.10.7", "2.1.25", "2.1.31", "2.1.33",
                                 "2.1.47", "2.1.99", "4.1")
)  # fmt: skip
UNREAD = re.compile(r"1\.3\.6\.1\.(2\.1\.25\.(4|5|6)|4\.1\.8072|4\.1\.2021\.(8|9|16|100))\.")
TAGS = {"INTEGER": "2", "Counter32": "65", "Gauge32": "66", "Timeticks": "67", "Counter64": "70"}


def line(oid: str, kind: str, text: str) -> str | None:
    if kind == "Hex-STRING":
        return f"{oid}|4x|{text.replace(' ', '').lower()}"
    if kind == "STRING":
        return f"{oid}|4x|{text[1:-1].encode().hex()}" if "\\" in text else f"{oid}|4|{text[1:-1]}"
    if kind in ("OID", "IpAddress", "Network Address"):
        tag = "6" if kind == "OID" else "64"
        return f"{oid}|{tag}|{text.lstrip('.')}"
    number = re.search(r"-?\d+", text)
    return f"{oid}|{TAGS[kind]}|{number[0]}" if kind in TAGS and number else None


def main(address: str, community: str) -> None:
    for branch in BRANCHES:
        command = ["snmpwalk", "-v2c", "-c", community, "-Onet", "-m", "", address, branch]
        for row in subprocess.run(command, capture_output=True, text=True).stdout.splitlines():
            found = re.fullmatch(r"\.([\d.]+) = (?:([\w -]+): )?(.*)", row)
            if not found or UNREAD.match(found[1]):
                continue
            kind = found[2] or ("STRING" if found[3].startswith('"') else "Timeticks")
            written = line(found[1], kind, found[3].strip())
            if written:
                print(written)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
