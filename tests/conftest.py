"""How tests are spread over workers: a file stays with one worker, which makes its daemons once; a
machine has room for one demo, so its files stay together, as do those that share one province.

What takes long begins first, so that no worker is left alone with it at the end. Files that mostly
wait for daemons follow each other on one worker while the others compute; whoever has nothing left
takes what there is.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

# Examples are not timed: a slow machine is no fault.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

TOGETHER = ("tests/dashboards/", "tests/demo/")
WAITING = (
    "tests/lab/test_lab.py",
    "tests/demo/",
    "tests/test_spine.py",
    "tests/test_outage.py",
    "tests/gate/test_real.py",
    "tests/ssh/test_ssh.py",
    "tests/errors/test_errors.py",
    "tests/icmp/test_pinger.py",
    "tests/test_vocabulary.py",
    "tests/collector/test_audit_kept.py",
    "tests/cli/test_faults.py",
    "tests/alerts/test_mail.py",
    "tests/cli/test_router.py",
)
"""What takes longest of what waits, the longest first: 190 to 10 seconds."""
COMPUTING = (
    "tests/verdicts/test_property.py",
    "tests/dashboards/",
    "tests/collector/test_run.py",
    "tests/console/test_things.py",
    "tests/console/test_map.py",
    "tests/console/test_acts.py",
    "tests/console/test_inventory.py",
    "tests/console/test_cut.py",
    "tests/console/test_wall.py",
    "tests/gate/test_away.py",
    "tests/alerts/test_rules.py",
    "tests/console/test_charts.py",
    "tests/console/test_hostile.py",
    "tests/console/test_log.py",
    "tests/snmp/test_v3.py",
    "tests/snmp_module/test_published.py",
    "tests/recordings/test_shared.py",
    "tests/discover/test_discover.py",
    "tests/inventory/test_command.py",
    "tests/verdicts/test_gaps.py",
    "tests/snmp_session/test_hostile.py",
)
"""What takes longest of the others, the longest first: 80 to 10 seconds."""


class ByFile(LoadScopeScheduling):
    """Tests of a file, or of a folder that stays together, go to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    def _assign_work_unit(self, node: Any) -> None:
        first = WAITING if node == self.nodes[-1] else ()
        rest = (one for one in self.workqueue if one not in WAITING)
        wanted = (*first, *COMPUTING, *rest, *WAITING)
        chosen = next(one for one in wanted if one in self.workqueue)
        self.workqueue.move_to_end(chosen, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """In place of `--dist loadgroup`, whose groups xdist 3.8 loses under pytest 9.2."""
    return ByFile(config, log)
