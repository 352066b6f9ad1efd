"""Alertmanager's configuration, rendered from the inventory: receivers, routes, hours.

Written for Alertmanager 0.25, which reads only the SMTP password from a file of its own: addresses,
webhook URLs and Telegram tokens stand in the text, so a file with them is a secret itself.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import yaml

from alerts.audience import (
    EVERYTHING,
    Cell,
    RoutingInvalid,
    Share,
    Values,
    common,
    default,
    shares,
    steps,
)
from alerts.notice import ENGINE_ALERTS, SEVERITIES, URGENT
from alerts.wording.words import WORDS
from inventory.model import Calendar, Contact, Inventory
from inventory.secret import SecretMissing, SecretRef

__all__ = ["Mail", "RoutingInvalid", "render", "routing", "steps"]

ESCALATION = "escalation"
"""The label of an alert that stands beside one that has had no owner for so many seconds."""

OFFICE = "office"
"""The calendar outside which warnings and information wait."""

WAYS = ("email", "telegram", "webhook")
"""The ways that Alertmanager itself can go; the rest is for people to look up."""

_BY = ["alertname", "subject", "instance", "collector"]
_CAUSE = {"group_by": _BY, "group_wait": "1s", "group_interval": "5s", "repeat_interval": "4h"}
_LOW_CAUSE = {"repeat_interval": "24h"}
_DIGEST = {
    "group_by": ["severity", "site"],
    "group_wait": "30s",
    "group_interval": "5m",
    "repeat_interval": "24h",
}
_QUIET = frozenset({"warning", "info"})
_MIDDLE = frozenset(SEVERITIES) - URGENT - _QUIET
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_HEAD = """\
# Rendered by `hatang inventory export --format alertmanager`: change the inventory, not this file.
# `env:NAME` and `file:NAME` stand for what is private; --output FILE fills it in (mode 0600).
# Tệp này sinh ra từ inventory.yaml; sửa inventory.yaml rồi chạy lại lệnh trên.
"""

_ONE = (
    '{{ if and (eq .Status "resolved") (not .Annotations.ended) }}[%(resolved)s] '
    '{{ reReplaceAll "^\\\\[[^\\\\]]*\\\\] " "" .Annotations.summary }}'
    "{{ else }}{{ .Annotations.summary }}{{ end }}"
)
_SUBJECT = (
    "{{ if eq (len .Alerts) 1 }}{{ range .Alerts }}" + _ONE + "{{ end }}{{ else }}"
    "{{ len .Alerts }} %(digest)s · {{ .CommonLabels.site }}{{ end }}"
)
_TEXT = (
    "{{ range .Alerts }}"
    + _ONE
    + """
{{ .Annotations.description }}
{{ with .Annotations.runbook }}{{ . }}
{{ end }}{{ with .Annotations.console }}{{ . }}
{{ end }}{{ with .Annotations.dashboard }}{{ . }}
{{ end }}{{ if ne .Annotations.summary .Annotations.summary_en }}
{{ .Annotations.summary_en }}
{{ .Annotations.description_en }}
{{ end }}
{{ end }}"""
)


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server: `host:port`, the sender, and where it wants a login the user and the file
    that holds the password. TLS is demanded of every server that is not this machine.
    """

    smarthost: str = "localhost:25"
    sender: str = "hatang@localhost"
    user: str = ""
    password_file: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Mail":
        """From HATANG_SMTP, HATANG_SMTP_FROM, HATANG_SMTP_USER, HATANG_SMTP_PASSWORD_FILE."""
        return cls(
            environment.get("HATANG_SMTP") or cls().smarthost,
            environment.get("HATANG_SMTP_FROM") or cls().sender,
            environment.get("HATANG_SMTP_USER", ""),
            environment.get("HATANG_SMTP_PASSWORD_FILE", ""),
        )

    def settings(self) -> dict[str, Any]:
        """Alertmanager's `global` part."""
        host = self.smarthost.rpartition(":")[0].strip("[]")
        found: dict[str, Any] = {"smtp_smarthost": self.smarthost, "smtp_from": self.sender}
        found["smtp_require_tls"] = host not in ("localhost", "127.0.0.1", "::1")
        if self.user:
            found["smtp_auth_username"] = self.user
            found["smtp_auth_password_file"] = self.password_file
        return found


def render(
    inventory: Inventory, *, webhook: str = "", mail: Mail | None = None, reveal: bool = False
) -> str:
    """`alertmanager.yml`. With `webhook` everything goes there at once and at any hour, and no
    contact is asked for. Private addresses stand as references unless `reveal`.

    Raises RoutingInvalid when `notify` cannot be followed, SecretMissing naming the contact.
    """
    config = routing(inventory, webhook=webhook, mail=mail or Mail(), reveal=reveal)
    text = yaml.dump(
        config,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=None,
    )
    return _HEAD + text


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - SafeDumper's signature
        return True


def _lines(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _lines)


def routing(inventory: Inventory, *, webhook: str, mail: Mail, reveal: bool) -> dict[str, Any]:
    """The same as Alertmanager's own structure. Raises as `render` does."""
    if webhook:
        everything = {"receiver": "webhook", **_CAUSE, "routes": _children(EVERYTHING, {}, {})}
        hooks = [{"url": webhook, "send_resolved": True}]
        receivers = [{"name": "webhook", "webhook_configs": hooks}]
        return {"route": everything, "inhibit_rules": _rises(), "receivers": receivers}
    told, first = shares(inventory), default(inventory)
    routes = [*_escalations(inventory, told)]
    routes += [_route(inventory, one) for one in told if not one.after]
    used = {first, *(one.contact for one in told)}
    receivers = [
        _receiver(one, inventory.province.language, reveal=reveal)
        for one in inventory.contacts.values()
        if one.name in used
    ]
    mails = any("email_configs" in one for one in receivers)
    found: dict[str, Any] = {"global": mail.settings()} if mails else {}
    if intervals := _intervals(inventory):
        found["time_intervals"] = intervals
    route = {"receiver": first, **_CAUSE, "routes": routes}
    return {**found, "route": route, "inhibit_rules": _rises(), "receivers": receivers}


def _rises() -> list[dict[str, Any]]:
    """An alert that rose stands under both severities until it ends: people see the higher one."""
    return [
        {
            "source_matchers": [f'severity="{severity}"', 'escalation=""'],
            "target_matchers": [f'severity=~"{"|".join(SEVERITIES[rank + 1 :])}"'],
            "equal": _BY,
        }
        for rank, severity in enumerate(SEVERITIES[:-1])
    ]


def _escalations(inventory: Inventory, told: Iterable[Share]) -> list[dict[str, Any]]:
    late = [one for one in told if one.after]
    if not late:
        return []
    below = []
    for one in late:
        route = _matching(one.cell, {ESCALATION: Values(frozenset({str(one.after)}))})
        below.append(
            {**route, "receiver": one.contact, "continue": True, **_hours(inventory, one.hours)}
        )
    return [
        {"matchers": [f'{ESCALATION}!=""'], "group_by": [*_BY, ESCALATION], "routes": below},
    ]


def _route(inventory: Inventory, share: Share) -> dict[str, Any]:
    """One share: urgent alerts each by themselves; the rest below, rarer, some only in hours."""
    own = _hours(inventory, share.hours)
    quiet = own or _hours(inventory, OFFICE if OFFICE in inventory.calendars else None)
    route = {**_matching(share.cell), "receiver": share.contact, "continue": True, **own}
    below = _children(share.cell, own, quiet)
    return {**route, "routes": below} if below else route


def _children(cell: Cell, middle: dict[str, Any], quiet: dict[str, Any]) -> list[dict[str, Any]]:
    """What is not urgent. The engine's causes stay apart; thresholds of one site and severity come
    together: they say how a place is, not what broke.
    """
    engine = Values(frozenset(ENGINE_ALERTS))
    found = []
    for severities, hours in ((_MIDDLE, middle), (_QUIET, quiet)):
        for names, how in ((engine, _LOW_CAUSE), (engine.turned(), _DIGEST)):
            part = {"severity": Values(severities), "alertname": names}
            if common(cell, part) is not None:
                found.append({**_matching(part), **how, **hours})
    return found


def _hours(inventory: Inventory, calendar: str | None) -> dict[str, Any]:
    if calendar is None:
        return {}
    found = {"active_time_intervals": [calendar]}
    if inventory.calendars[calendar].holidays:
        found["mute_time_intervals"] = [_off(calendar)]
    return found


def _off(calendar: str) -> str:
    return f"{calendar} holidays"  # with a space, which no calendar's name has


def _matching(*cells: Cell) -> dict[str, list[str]]:
    found = [_matcher(label, values) for cell in cells for label, values in cell.items()]
    return {"matchers": found} if found else {}


def _matcher(label: str, values: Values) -> str:
    listed = sorted(values.listed)
    if len(listed) == 1:
        return f"{label}{'!=' if values.other else '='}{_quoted(listed[0])}"
    pattern = "|".join(_literal(one) for one in listed)
    return f"{label}{'!~' if values.other else '=~'}{_quoted(pattern)}"


def _literal(text: str) -> str:
    """Text as RE2 matches it."""
    return "".join(f"\\{one}" if one in r"\.+*?()|[]{}^$" else one for one in text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _intervals(inventory: Inventory) -> list[dict[str, Any]]:
    zone = {"location": inventory.province.timezone}
    found = []
    for calendar in inventory.calendars.values():
        found.append({"name": calendar.name, "time_intervals": [{**_working(calendar), **zone}]})
        if calendar.holidays:
            days = [{**one, **zone} for one in _holidays(calendar)]
            found.append({"name": _off(calendar.name), "time_intervals": days})
    return found


def _working(calendar: Calendar) -> dict[str, Any]:
    times = [
        {"start_time": _clock(start), "end_time": _clock(end)} for start, end in calendar.hours
    ]
    return {"weekdays": [_DAYS[one] for one in sorted(calendar.days)], "times": times}


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _holidays(calendar: Calendar) -> list[dict[str, list[str]]]:
    """The days off, those of a month together."""
    months: dict[tuple[int, int], list[str]] = {}
    for one in sorted(calendar.holidays):
        months.setdefault((one.year, one.month), []).append(str(one.day))
    return [
        {"years": [str(year)], "months": [str(month)], "days_of_month": days}
        for (year, month), days in months.items()
    ]


def _receiver(contact: Contact, language: str, *, reveal: bool) -> dict[str, Any]:
    words = {
        "resolved": WORDS.lines["resolved"].say(language).upper(),
        "digest": WORDS.lines["digest"].say(language),
    }
    made: dict[str, Any] = {"name": contact.name}
    if "email" in contact.ways:
        headers = {"Subject": _SUBJECT % words}
        to = {"to": _address(contact, "email", reveal=reveal), "send_resolved": True}
        made["email_configs"] = [{**to, "headers": headers, "html": "", "text": _TEXT % words}]
    if "telegram" in contact.ways:
        bot = _telegram(contact, reveal=reveal)
        made["telegram_configs"] = [
            {**bot, "send_resolved": True, "parse_mode": "", "message": _TEXT % words}
        ]
    if "webhook" in contact.ways:
        url = _address(contact, "webhook", reveal=reveal)
        url = url if reveal else f"http://unset.invalid/{url}"
        made["webhook_configs"] = [{"url": url, "send_resolved": True}]
    if len(made) == 1:
        ways = ", ".join(WAYS)
        raise RoutingInvalid(f"contact {contact.name}: Alertmanager can reach it by none of {ways}")
    return made


def _address(contact: Contact, way: str, *, reveal: bool) -> str:
    value = contact.ways[way]
    if not reveal and isinstance(value, SecretRef):
        return f"{value.kind}:{PurePath(value.place).name}"
    try:
        return contact.fetch(way).reveal().strip()
    except SecretMissing as error:
        raise SecretMissing(f"contact {contact.name}, {way}: {error}") from None


def _telegram(contact: Contact, *, reveal: bool) -> dict[str, Any]:
    """A bot's token and a chat's number, which stand in the secret in that order."""
    text = _address(contact, "telegram", reveal=reveal)
    if not reveal:
        return {"bot_token": text, "chat_id": 1}
    token, _, chat = text.partition(" ")
    try:
        return {"bot_token": token, "chat_id": int(chat)}
    except ValueError:
        wanted = "the bot's token, a space, the chat's number"
        raise RoutingInvalid(f"contact {contact.name}, telegram: is not {wanted}") from None
