"""Announced work silences the verdicts of the same circuits whose time it takes from contracts."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.contract.grid import Window
from collector.contract.pauses import pauses
from collector.verdicts.topology import topology
from collector.verdicts.wiring import Wiring
from collector.vocabulary import vocabulary
from inventory.load import load
from inventory.model import Maintenance, Thing
from tests.wards import wards

START = 1_795_312_800.0


def test_work_counts_for_the_same_circuits_in_verdicts_and_in_contracts(tmp_path: Path) -> None:
    wards(tmp_path / "inventory.yaml", 3, 2)
    inventory = load(tmp_path / "inventory.yaml", vocabulary())
    wiring = Wiring(topology(inventory, "noc"))
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    start = datetime.fromtimestamp(START, zone)
    for thing in (
        *(Thing("device", name) for name in inventory.devices),
        *(Thing("site", name) for name in inventory.sites),
    ):
        work = Maintenance((thing,), "", start, start + timedelta(hours=1))
        counted = {
            f"circuit:{circuit.name}"
            for circuit in inventory.circuits.values()
            if pauses(circuit, inventory, (work,), Window(START, START + 60, zone)).maintenance
        }
        assert wiring.ending(str(thing)) == counted
