"""The house stands as docs/design.md draws it; and each rule is able to fail."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from collector.command.main import COMMANDS
from probes.catalogue import METRICS
from probes.snmp.profile import Profile
from probes.snmp.profiles import load_profiles
from tests import house

PRODUCT = tuple(house.ROOMS)
TARGETS = re.findall(r"^([a-z]+):", (house.ROOT / "Makefile").read_text(), re.MULTILINE)
REQUIRED = (
    "LICENSE",
    "README.md",
    "README.vi.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "inventory.yaml",
    "docs/design.md",
    "docs/metrics.md",
    "docs/dependencies.md",
    "docs/operations.md",
)


def test_rooms_import_only_what_they_may() -> None:
    assert house.imports(house.texts(".py", under=PRODUCT)) == []


def test_no_files_import_each_other() -> None:
    assert house.circles(house.texts(".py", under=PRODUCT)) == []


def test_product_keeps_its_size_budgets() -> None:
    assert house.sizes(house.texts(".py", under=PRODUCT)) == []


def test_tests_and_benchmarks_keep_their_size_budgets() -> None:
    assert house.sizes(house.texts(".py", under=("tests", "benchmarks"))) == []


def test_names_say_something() -> None:
    assert house.names(house.texts(".py")) == []


def test_nothing_is_unfinished_or_tied_to_one_machine() -> None:
    kinds = (".py", ".md", ".yaml", ".yml", ".toml", ".txt", ".json", ".service", "Makefile")
    assert house.forbidden(house.texts(*kinds)) == []


def test_ignores_name_their_rule_and_their_reason() -> None:
    assert house.ignores(house.texts(".py", under=PRODUCT)) == []


def test_code_makes_rows_of_known_subjects_only() -> None:
    assert house.subjects(house.texts(".py", under=PRODUCT)) == []


@pytest.mark.parametrize("name", sorted(load_profiles()))
def test_profile_makes_rows_of_the_catalogue_only(name: str) -> None:
    assert house.profile(load_profiles()[name]) == []


@pytest.mark.parametrize("name", sorted(load_profiles()))
def test_concrete_profile_has_a_recording(name: str) -> None:
    if not load_profiles()[name].abstract:
        assert list((house.ROOT / "tests" / "recordings").glob(f"{name}.*")), name


@pytest.mark.parametrize("path", REQUIRED)
def test_what_every_good_repository_has_is_there(path: str) -> None:
    assert (house.ROOT / path).stat().st_size > 200


def test_documents_promise_nothing_that_is_not_there() -> None:
    assert house.promises(house.texts(".md"), TARGETS, COMMANDS) == []


def test_ci_runs_make_test_and_nothing_else() -> None:
    path = house.ROOT / ".ci" / "run"
    assert path.stat().st_mode & 0o111
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    assert lines == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec make test"]


def test_constraints_are_pins_without_an_address() -> None:
    lines = (house.ROOT / "constraints.txt").read_text().splitlines()
    assert [
        line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][\w.!]*", line)
    ] == []


# Joined here so that this file keeps the rules that it tries.
UNFINISHED, MACHINE, REGISTRY, IGNORE = "TO-DO /-root/ py-pi.org no-qa".replace("-", "").split()
LONG = "def f():\n" + "    pass\n" * 31


@pytest.mark.parametrize(
    ("rule", "bad", "fault"),
    [
        (house.imports, {"inventory/a.py": "from probes import reading"}, "may not import"),
        (house.imports, {"inventory/a.py": "import collector.plan"}, "may not import"),
        (house.imports, {"probes/a.py": "import collector"}, "may not import"),
        (house.imports, {"alerts/a.py": "from probes.snmp import client"}, "may not import"),
        (house.imports, {"probes/snmp/a.py": "import aiohttp"}, "no place"),
        (
            house.circles,
            {"a.py": "import b", "b.py": "def f():\n    from a import g"},
            "a.py imports b",
        ),
        (house.sizes, {"a.py": "\n" * 401}, "401 lines"),
        (house.sizes, {"a.py": "def f():\n" + "    pass\n" * 60}, "f has 61 lines"),
        (house.sizes, {"a.py": LONG}, "0 of 1 functions"),
        (house.sizes, {"a.py": "def f(a, b, c, d, *, e, f, g): ..."}, "7 parameters"),
        (house.names, ["probes/helpers.py"], "says nothing"),
        (house.names, ["collector/utils/a.py"], "says nothing"),
        (house.forbidden, {"a.py": f"x = 1  # {UNFINISHED}"}, UNFINISHED),
        (house.forbidden, {"a.md": f"in {MACHINE}x"}, MACHINE),
        (house.forbidden, {"a.txt": f"https://{REGISTRY}/simple"}, REGISTRY),
        (house.ignores, {"a.py": f"x = 1  # {IGNORE}"}, "names its rule"),
        (house.ignores, {"a.py": f"x = 1  # {IGNORE}: E501"}, "says why"),
        (house.subjects, {"a.py": 'Head("teapot", ())'}, "no subject 'teapot'"),
    ],
)
def test_rule_can_fail(rule: Callable[[Any], list[str]], bad: Any, fault: str) -> None:
    assert any(fault in one for one in rule(bad))


def test_rule_of_imports_lets_the_allowed_pass() -> None:
    files = {
        "probes/a.py": "from inventory.secret import Secret\nimport asyncio",
        "alerts/a.py": "from probes.catalogue import METRICS",
        "collector/a.py": "import probes.snmp, inventory, aiohttp",
    }
    assert house.imports(files) == []


def test_rule_of_profiles_can_fail() -> None:
    rows = [
        {"subject": "interface", "fields": {"colour": "c"}, "label": {"interface": "{c}"}},
        {"subject": "interface", "fields": {"up": "c"}, "label": {"port": "{c}"}},
        {"subject": "interface", "info": {"shape": "{c}"}, "label": {"interface": "{c}"}},
    ]
    table = {"columns": {"c": "1.3.6.1"}, "rows": rows}
    bad = Profile.model_validate(
        {"name": "bad", "title": "", "match": [], "identity": {}, "tables": {"t": table}}
    )
    assert len(house.profile(bad)) == 3


def test_rule_of_series_can_fail() -> None:
    assert house.series("interface_colour", {"device", "site", "interface"})
    assert house.series("interface_up", {"device", "site"})
    assert not house.series("interface_up", {"device", "site", "interface"})
    assert METRICS


def test_rule_of_promises_can_fail() -> None:
    pages = {"a.md": "run `make coffee`, then `hatang sing`; see [that](docs/no-such-page.md)"}
    assert len(house.promises(pages, ["test"], ["run"])) == 3
    assert house.promises({"a.md": "`make test`, `hatang run`"}, ["test"], ["run"]) == []
