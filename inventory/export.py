"""The inventory for other programs: Ansible, Prometheus file discovery, CSV, JSON. No secret is in
any.
"""

import csv
import io
import json
import re
from typing import Any

from inventory.model import Device, Inventory
from inventory.query import plain

FORMATS = ("ansible", "file-sd", "csv", "json")

SECTIONS = (
    "province",
    "collectors",
    "sites",
    "devices",
    "circuits",
    "services",
    "calendars",
    "contacts",
    "notify",
    "maintenance",
)


def export(inventory: Inventory, form: str) -> str:
    """The inventory in one of FORMATS, ending with a line end. Raises KeyError."""
    writers = {"ansible": ansible, "file-sd": file_sd, "csv": table, "json": everything}
    return writers[form](inventory)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def everything(inventory: Inventory) -> str:
    """One JSON object: the resolved model by section; references to secrets, not secrets."""
    return _json({section: plain(getattr(inventory, section)) for section in SECTIONS})


def _active(inventory: Inventory) -> list[Device]:
    return [one for one in inventory.devices.values() if one.lifecycle == "active"]


def ansible(inventory: Inventory) -> str:
    """An inventory in JSON, which is YAML: hosts under `all`, groups `role_*` and `site_*`, and a
    site's group holds the groups of the sites below it. Hyphens become underscores: Ansible's rule.
    """
    hosts: dict[str, Any] = {}
    groups: dict[str, Any] = {}
    for device in _active(inventory):
        hosts[device.name] = {
            "ansible_host": device.address,
            "hatang_site": device.site,
            "hatang_role": device.role or "",
            "hatang_tags": list(device.tags),
        }
        groups.setdefault(_group("site", device.site), {}).setdefault("hosts", {})[device.name] = {}
        if device.role:
            role = groups.setdefault(_group("role", device.role), {})
            role.setdefault("hosts", {})[device.name] = {}
    for site in inventory.sites.values():
        below = groups.setdefault(_group("site", site.name), {})
        if site.parent:
            parent = groups.setdefault(_group("site", site.parent), {})
            parent.setdefault("children", {})[_group("site", site.name)] = {}
        below.setdefault("vars", {})["hatang_site_name"] = site.title
    return _json({"all": {"hosts": hosts, "children": groups}})


def _group(kind: str, name: str) -> str:
    return f"{kind}_" + re.sub(r"[^A-Za-z0-9_]", "_", name)


def file_sd(inventory: Inventory) -> str:
    """Prometheus' file_sd: a group of targets per device, with its identity as labels."""
    return _json(
        [
            {
                "targets": [device.address],
                "labels": {
                    "device": device.name,
                    "site": device.site,
                    "role": device.role or "",
                    "__meta_hatang_collector": device.collector,
                    "__meta_hatang_probes": ",".join(use.name for use in device.probes),
                },
            }
            for device in _active(inventory)
        ]
    )


COLUMNS = (
    "name",
    "title",
    "address",
    "site",
    "site_title",
    "unit_code",
    "role",
    "collector",
    "lifecycle",
    "uplinks",
    "tags",
    "vendor",
    "model",
    "serial",
    "rack",
    "owner",
    "purpose",
    "support_until",
)


def table(inventory: Inventory) -> str:
    """Devices as CSV with a byte order mark, which spreadsheets want for Vietnamese. A cell that a
    spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for device in inventory.devices.values():
        site, asset = inventory.sites[device.site], device.asset
        row = [device.name, device.title, " ".join(device.addresses), site.name, site.title]
        row += [site.unit.code, device.role or "", device.collector, device.lifecycle]
        row += [" ".join(str(uplink) for uplink in device.uplinks), " ".join(device.tags)]
        row += [asset.vendor, asset.model, asset.serial, asset.rack, asset.owner, asset.purpose]
        row.append(asset.support_until.isoformat() if asset.support_until else "")
        writer.writerow([cell(text) for text in row])
    return out.getvalue()


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: what begins as one gets an apostrophe
    before.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
