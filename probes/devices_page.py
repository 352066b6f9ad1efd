"""docs/devices.md, the page of the profiles: `python -m probes.devices_page` prints it."""

import sys
from collections import Counter

from probes.catalogue import SECTIONS
from probes.snmp.profile import Match, Profile, Source
from probes.snmp.profiles import load_profiles

_HEAD = """# Devices over SNMP · Thiết bị qua SNMP

Made from `probes/profiles/*.yaml` by `make docs`; do not edit. {count} profiles.

Which profile a device gets: the longest prefix of its sysObjectID wins, then an object that it has,
then a pattern in sysDescr; `profile:` in the inventory overrides it. A device tells what its model
and software have of what is listed here: what it does not answer is absent, never 0. What each name
means: [metrics.md](metrics.md). How a profile is written: [profiles.md](profiles.md).

Thiết bị nhận hồ sơ theo tiền tố sysObjectID dài nhất, rồi đến đối tượng mà thiết bị có, rồi đến mẫu
chữ trong sysDescr; muốn chọn tay thì đặt `profile:` trong danh mục thiết bị. Chỉ số nào thiết bị
không trả lời thì vắng mặt, không ghi thành 0. Ý nghĩa từng tên: [metrics.md](metrics.md).

| profile · hồ sơ | devices · thiết bị | tells · đọc được |
|---|---|---|
{rows}

## What many tell alike · Phần chung

{common}
"""
_COMMON = 5
"""Profiles from which on the list of a subject's metrics that most have stands once, on top."""

Told = dict[str, frozenset[str]]
ORDER = {subject.name: at for at, subject in enumerate(s for p in SECTIONS for s in p.subjects)}


def told(profile: Profile) -> Told:
    """What a profile tells: fields by subject, in the catalogue's order."""
    found: dict[str, set[str]] = {}
    for table in profile.tables.values():
        for rows in table.rows:
            fields = {*rows.fields, *(["info"] if rows.info else [])}
            found.setdefault(rows.subject, set()).update(fields)
    return {name: frozenset(found[name]) for name in sorted(found, key=lambda one: ORDER[one])}


def _states(profile: Profile) -> list[str]:
    """The classes of `sensor_state` that a profile has."""
    every = (rows for table in profile.tables.values() for rows in table.rows)
    classes = {rows.labels.get("class", "") for rows in every if "state" in rows.fields}
    return sorted(name for name in classes if name and "{" not in name)


def _matches(matches: list[Match]) -> str:
    ways = []
    for one in matches:
        parts = [f"`{one.object}`" if one.object else ""]
        parts += [f"sysDescr ~ `{one.text}`".replace("|", "\\|") if one.text else ""]
        parts += [f"has `{one.has}`" if one.has else ""]
        ways.append(" ".join(part for part in parts if part))
    return "; ".join(ways) or "what no other fits · thiết bị không khớp hồ sơ nào"


def _identity(profile: Profile) -> str:
    words = []
    for word, sources in profile.identity.items():
        fixed = [one for one in sources if not isinstance(one, Source)]
        words.append(f"{word} ({', '.join(fixed)})" if fixed else word)
    return ", ".join(words)


def _fields(subject: str, fields: frozenset[str]) -> str:
    return ", ".join(f"`{subject}_{name}`" for name in sorted(fields))


def _details(profile: Profile, common: Told) -> str:
    lines = [f"### {profile.name}", "", f"{profile.title}.", ""]
    lines.append(f"- match · nhận biết: {_matches(profile.match)}")
    lines.append(f"- `device_info`: {_identity(profile)}")
    alike = [name for name, fields in told(profile).items() if common.get(name) == fields]
    if alike:
        lines.append(f"- as many do · phần chung: {', '.join(alike)}")
    for name, fields in told(profile).items():
        if common.get(name) != fields:
            classes = _states(profile) if name == "sensor" else []
            more = f" (state of · trạng thái: {', '.join(classes)})" if classes else ""
            lines.append(f"- {name}: {_fields(name, fields)}{more}")
    return "\n".join(lines)


def page() -> str:
    """The whole page as Markdown, the same for the same profiles."""
    profiles = [one for name, one in sorted(load_profiles().items()) if not one.abstract]
    seen = Counter(item for one in profiles for item in told(one).items())
    most: Told = {}
    for (name, fields), count in seen.most_common():
        if count >= _COMMON:
            most.setdefault(name, fields)
    shared = sorted(most.items(), key=lambda item: ORDER[item[0]])
    head = _HEAD.format(
        count=len(profiles),
        rows="\n".join(
            f"| [{one.name}](#{one.name}) | {one.title} | {', '.join(told(one))} |"
            for one in profiles
        ),
        common="\n".join(f"- {name}: {_fields(name, fields)}" for name, fields in shared),
    )
    details = "\n\n".join(_details(one, most) for one in profiles)
    return f"{head}\n## Profiles one by one · Từng hồ sơ\n\n{details}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
