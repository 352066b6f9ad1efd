"""The shipped profiles as a collector needs them: whom each is for, and one whole when a device has
it. Of nearly a hundred files few are read to their end.
"""

from functools import cache

from probes.snmp.check import faults
from probes.snmp.profile import Document, Head, Profile
from probes.snmp.profiles import FOLDER, ProfileInvalid, head, read, resolve
from probes.snmp.spots import placed


@cache
def heads() -> dict[str, Head]:
    """Whom each profile is for, by name, without building blocks. Raises ProfileInvalid."""
    paths = [path for path in FOLDER.glob("*.yaml") if not path.stem.startswith("_")]
    return {path.stem: head(path) for path in sorted(paths)}


@cache
def shipped(name: str) -> Profile:
    """One profile, with what it extends. Raises ProfileInvalid when it is wrong or not there."""
    documents: dict[str, Document] = {}
    wanted = [name]
    while wanted:
        one = wanted.pop()
        if one not in documents:
            documents[one] = read(FOLDER / f"{one}.yaml")
            wanted += documents[one].extends
    profile = resolve(name, documents)
    if wrong := faults(profile):
        raise ProfileInvalid(placed(FOLDER / f"{name}.yaml", wrong))
    return profile
