"""Whatever stands in a file: an inventory, or problems; never another exception."""

import string
from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.document import Document
from inventory.load import InventoryInvalid, load
from inventory.vocabulary import Vocabulary

WORDS = """
address site role uplinks name kind parent probes checks snmp http url port extends needs a z
capacity targets what from to every weekday hours days holidays only warning critical community
version user auth priv env x dc core
"""
KEYS = sorted({*Document.model_fields, *WORDS.split()})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.sampled_from(["dc", "core", "10.0.0.1", "30s", "85%", "200M", "mon-fri", "core/x", "env:A"]),
    st.text(max_size=12),
)
TREES = st.recursive(
    SCALARS,
    lambda below: st.one_of(
        st.lists(below, max_size=4), st.dictionaries(st.sampled_from(KEYS), below, max_size=5)
    ),
    max_leaves=30,
)


def _tried(path: Path, vocabulary: Vocabulary) -> None:
    problems = []
    try:
        load(path, vocabulary)
    except InventoryInvalid as error:
        problems = error.errors
    assert all(problem.line >= 1 and problem.message for problem in problems)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from(sorted(Document.model_fields)), TREES, max_size=6))
def test_any_tree_is_read_or_refused(
    tmp_path: Path, vocabulary: Vocabulary, tree: dict[str, object]
) -> None:
    path = tmp_path / "tree.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8", errors="replace")
    _tried(path, vocabulary)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(st.binary(max_size=60), st.text(string.printable, max_size=60).map(str.encode)))
def test_any_bytes_are_read_or_refused(tmp_path: Path, vocabulary: Vocabulary, raw: bytes) -> None:
    path = tmp_path / "bytes.yaml"
    path.write_bytes(raw)
    _tried(path, vocabulary)
