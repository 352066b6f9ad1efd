"""Real models land on the profile of their family, and say what they are called, in every form of
sysDescr that their firmware has known. The models stand in models.yaml.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from probes.snmp.ber import encode_oid
from probes.snmp.profile import Who, match
from probes.snmp.profiles import load_profiles
from tests.snmp_session.polling import agent, ask, session_on
from tests.snmp_session.replay import Oid, integer, tlv

MODELS = yaml.safe_load(Path(__file__).with_name("models.yaml").read_text("utf-8"))
"""By profile: [sysObjectID below enterprises, sysDescr, words of device_info that follow]."""
EVERY = [
    pytest.param(
        profile, f"1.3.6.1.4.1.{number}", descr, *(words or [{}]), id=f"{profile} {number}"
    )
    for profile, models in MODELS.items()
    for number, descr, *words in models
]
SYSTEM = (1, 3, 6, 1, 2, 1, 1)


def test_the_models_are_many() -> None:
    assert len(EVERY) >= 150


@pytest.mark.parametrize(("profile", "number", "descr", "words"), EVERY)
def test_model_lands_on_its_profile(
    profile: str, number: str, descr: str, words: dict[str, Any]
) -> None:
    has = {words["has"]} if "has" in words else set()
    assert match(load_profiles(), Who(number, descr, has)).name == profile


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("profile", "number", "descr", "words"), [one for one in EVERY if one.values[3]]
)
async def test_model_says_what_it_is(
    profile: str, number: str, descr: str, words: dict[str, Any]
) -> None:
    objects: dict[Oid, bytes] = {
        (*SYSTEM, 1, 0): tlv(4, descr.encode()),
        (*SYSTEM, 2, 0): tlv(6, encode_oid(number)),
        (*SYSTEM, 3, 0): integer(67, 100_000),
    }
    if "has" in words:
        objects[tuple(map(int, words["has"].split(".")))] = tlv(4, b"\x00")
    with agent(objects) as device:
        session = session_on(device.port)
        await ask(session)
    assert session.device is not None
    assert session.device.plan.profile.name == profile
    told = dict(session.device.identity[0].labels)
    wanted = {word: text for word, text in words.items() if word != "has"}
    assert {word: told.get(word) for word in wanted} == wanted
