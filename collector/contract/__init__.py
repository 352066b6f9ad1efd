"""Contract numbers of circuits: 95th percentile, availability, and the daily check of the peak.

One function, `measure`, makes them from counters and verdict events, on demand; nothing is summed
up beforehand, so data that comes late changes the answer. docs/contract.md says what counts as
what.
"""

from collector.contract.breach import DAYS, LIMIT, Breach
from collector.contract.daily import Contract, Sources
from collector.contract.history import History
from collector.contract.measure import Numbers, measure

__all__ = [
    "DAYS",
    "LIMIT",
    "Breach",
    "Contract",
    "History",
    "Numbers",
    "Sources",
    "measure",
]
