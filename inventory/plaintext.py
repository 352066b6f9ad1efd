"""Secrets that stand where anybody reads them: keys and values that look like one."""

import re

_KEY = re.compile(
    r"(.*[_-])?(pass|passwd|password|passphrase|secret|token|community|authorization|cookie|psk"
    r"|(api|private|access)[_-]?key)",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"://[^/\s@]*:[^/\s@]+@"
    r"|[?&](api[_-]?key|access[_-]?token|token|password|passwd|secret)=[^&]"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY",
    re.IGNORECASE,
)


def exposed(key: str, value: object) -> str:
    """What to do about a value that looks like a secret in plain, or nothing when it does not."""
    if isinstance(value, str):
        if ("://" in value or "-----" in value) and _VALUE.search(value):
            return "name credentials instead, and change the secret"
        if value.startswith(("env:", "file:")):
            return ""
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if key and value != "" and _KEY.fullmatch(key):
        return "write env:NAME or file:path, and change the secret"
    return ""
