"""What people read: Vietnamese and English words for what the engine and the rules say."""

from alerts.wording.ending import compose_end, end_told
from alerts.wording.evidence import (
    describe_evidence,
    reason_word,
    severity_word,
    side_word,
    state_word,
)
from alerts.wording.message import Message, compose, from_rule, subject_of
from alerts.wording.probes import probe_words

__all__ = [
    "Message",
    "compose",
    "compose_end",
    "describe_evidence",
    "end_told",
    "from_rule",
    "probe_words",
    "reason_word",
    "severity_word",
    "side_word",
    "state_word",
    "subject_of",
]
