"""Secrets show themselves to nobody who does not ask."""

import copy
import json
import pickle
from pathlib import Path

import pytest

from inventory.secret import LIMIT, Secret, SecretMissing, SecretRef

PLANTED = "K9-mat-khau"


def test_a_secret_is_three_stars_in_every_text() -> None:
    secret = Secret(PLANTED)
    shown = f"{secret} {secret!r} {secret:>10} {[secret]} {secret!s}"
    assert PLANTED not in shown
    assert secret.reveal() == PLANTED


def test_a_secret_is_neither_pickled_nor_dumped() -> None:
    secret = Secret(PLANTED)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)
    with pytest.raises(TypeError) as caught:
        json.dumps({"community": secret})
    assert PLANTED not in str(caught.value)
    assert not hasattr(secret, "__dict__")


def test_secrets_compare_by_value_and_copy_as_themselves() -> None:
    secret = Secret(PLANTED)
    assert secret == Secret(PLANTED)
    assert secret != Secret("other")
    assert secret != PLANTED
    assert copy.deepcopy({"a": secret})["a"] is secret
    assert len({secret, Secret(PLANTED)}) == 1


def test_references_are_read_relative_to_their_file() -> None:
    folder = Path("/srv/hatang")
    assert SecretRef.parse("env:SNMP_RO", folder) == SecretRef("env", "SNMP_RO")
    assert SecretRef.parse("file:keys/a", folder) == SecretRef("file", "/srv/hatang/keys/a")
    assert SecretRef.parse("file:/etc/a", folder) == SecretRef("file", "/etc/a")
    assert SecretRef.parse("file:~/a", folder).place == str(Path.home() / "a")


@pytest.mark.parametrize("text", [PLANTED, "env:", "env:K9 mat", "file:", "vault:a", "env:1A", ""])
def test_what_is_no_reference_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"^secret in plain$"):
        SecretRef.parse(text, Path())


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    assert SecretRef("env", "A").fetch({"A": PLANTED}) == Secret(PLANTED)
    (tmp_path / "a").write_text(PLANTED + "\n")
    assert SecretRef("file", str(tmp_path / "a")).fetch() == Secret(PLANTED)


def test_a_missing_secret_says_which_and_why(tmp_path: Path) -> None:
    cases = {"none": None, "empty": b"\n", "binary": b"\xff", "large": b"a" * (LIMIT + 1)}
    told = {}
    for name, content in cases.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(SecretMissing) as caught:
            SecretRef("file", str(tmp_path / name)).fetch()
        told[name] = str(caught.value).removeprefix(f"file:{tmp_path}/{name}: ")
    assert told == {
        "none": "No such file or directory",
        "empty": "the file is empty",
        "binary": "is not UTF-8",
        "large": "longer than 65536 bytes",
    }
    with pytest.raises(SecretMissing, match=r"^env:A: the environment variable is not set$"):
        SecretRef("env", "A").fetch({})
