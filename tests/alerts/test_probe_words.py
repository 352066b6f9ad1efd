"""What probes say of a poll that fell short is said in Vietnamese too, all of it; what a device
said is quoted as it is.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from alerts.wording import describe_evidence, probe_words
from alerts.wording.probes import phrases
from collector.schedule import UNUSABLE
from collector.verdicts.verdict import Sign
from probes.reading import ADVICE, Reason
from tests.house import texts

RAISED = {"FailedError", "SnmpError", "RefusedError", "login.RefusedError", "_SpokenError", "_fail"}
NAMED = {"hint", "message", "reading.hint", "reading.message", "text, hint", "look", "add", "doubt"}
NAMED |= {"_BUSY", "_RIGHTS", "ADVICE", "REPORTS", "_REFUSED", "what"}
TELLING = {"_doubt", "explain", "_why", "_full", "_unmatched"}
"""Where probes say why: what is raised, what has such a name, what such functions return."""

SET_UP = ("probes/profiles", "probes/snmp/check.py", "probes/catalogue", "probes/devices_page.py")
"""Files whose texts are for who writes an inventory or a profile, not for who reads a page."""

FRAGMENTS = {
    "is the public key in ~{}/.ssh/authorized_keys there, writable by ",
    "{}Is the account locked or expired (chage -l)? sshd's log says which",
    "unknown key {}",
}
"""What stands only within a longer text, or is an error of a file that was given."""


def _texts(node: ast.AST) -> Iterator[str]:
    """Every text that an expression may become, its gaps as {}."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(
                str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts
            )
        case ast.BinOp(left=left, right=right):
            rests = list(_texts(right)) or ["{}"]
            yield from (first + rest for first in _texts(left) for rest in rests)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_texts(body), *_texts(orelse))
        case ast.Tuple(elts=several) | ast.BoolOp(values=several) | ast.Dict(values=several):
            yield from (text for one in several for text in _texts(one))
        case ast.DictComp(generators=[one]):
            yield from _texts(one.iter)


def _told(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call() if ast.unparse(node.func) in RAISED:
                for given in (*node.args, *(one.value for one in node.keywords)):
                    yield from _texts(given)
            case ast.Assign() if ast.unparse(node.targets[0]).strip("()") in NAMED:
                yield from _texts(node.value)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name in TELLING:
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and one.value is not None:
                        yield from _texts(one.value)


def said() -> set[str]:
    """All that probes say."""
    found = {*ADVICE.values(), UNUSABLE}
    for path, text in texts(".py", under=["probes"]).items():
        if not path.startswith(SET_UP):
            found.update(_told(ast.parse(text)))
    return {one for one in found if " " in one.strip() and re.search(r"[a-z]{2}", one)}


def test_every_text_of_the_probes_has_a_vietnamese_one() -> None:
    told = said()
    assert len(told) > 120, "they are looked for in the wrong places"
    known = {re.sub(r"{\w+}", "{}", one) for one in phrases()}
    assert sorted(one for one in told - known - FRAGMENTS if _unsaid(one)) == []


def _unsaid(text: str) -> bool:
    """Whether a text with gaps is not even put together of known ones."""
    filled = text.replace("{}", "x7")
    return probe_words(filled, "vi") == filled


@pytest.mark.parametrize("english", phrases())
def test_a_phrase_has_the_same_gaps_in_both_languages_and_is_found_by_itself(english: str) -> None:
    own = phrases()[english]
    gaps = re.findall(r"{(\w+)}", english)
    assert set(re.findall(r"{(\w+)}", own)) <= set(gaps)
    if english in ("{message}; {more}", "{part}: {message}"):
        return
    given = {gap: f"<{gap}>" for gap in gaps}
    assert probe_words(english.format_map(given), "vi") == own.format_map(given)
    assert probe_words(english.format_map(given), "en") == english.format_map(given)
    assert own != english


@pytest.mark.parametrize(
    ("text", "vietnamese"),
    [
        ("no answer from UDP port 161", "cổng UDP 161 không trả lời"),
        (
            "the server refused an with the password; it says: no answer in time",
            "máy chủ từ chối an với the password; máy nói: không trả lời kịp",
        ),
        (
            "disks: 3 rows, then no answer from UDP port 161; cpu: 0 rows, then limit",
            "disks: 3 dòng, sau đó cổng UDP 161 không trả lời; cpu: 0 dòng, sau đó quá giới hạn",
        ),
        (
            f"the device answers pings: {ADVICE[Reason.TIMEOUT]}",
            f"thiết bị vẫn trả lời ping: {phrases()[ADVICE[Reason.TIMEOUT]]}",
        ),
        ("%ERROR: unknown community {name}", "%ERROR: unknown community {name}"),
        ("", ""),
    ],
)
def test_what_a_device_said_is_quoted_as_it_is(text: str, vietnamese: str) -> None:
    assert probe_words(text, "vi") == vietnamese
    assert probe_words(text, "en") == text


def test_advice_of_several_sentences_is_said_whole() -> None:
    advice = (
        "is the public key in ~an/.ssh/authorized_keys there, writable by nobody else?",
        "Is the password right, and does sshd take one (PasswordAuthentication)?",
        "Is the account locked or expired (chage -l)? sshd's log says which",
    )
    own = probe_words(" ".join(advice), "vi")
    assert own.startswith("khóa công khai có trong ~an/.ssh/authorized_keys không")
    assert own.endswith(phrases()[advice[2]])
    assert "mật khẩu có đúng không" in own


def test_the_message_says_in_vietnamese_why_something_cannot_be_asked() -> None:
    signs = [Sign("cannot_be_asked", (("why", "Network is unreachable"),))]
    assert describe_evidence(signs, "vi") == [
        "máy giám sát không hỏi được: không có tuyến tới mạng đó (Network is unreachable)"
    ]
    assert describe_evidence(signs, "en") == ["cannot be asked: Network is unreachable"]
