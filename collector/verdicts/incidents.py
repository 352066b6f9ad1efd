"""What people are told: incidents opened, changed and closed, one for one cause."""

from collections.abc import Iterable
from dataclasses import replace

from alerts.notice import rank
from collector.verdicts.verdict import Cause, News, Sign


class Incidents:
    """The open causes by key, and the news of this round."""

    def __init__(self) -> None:
        self.open: dict[str, Cause] = {}
        self.news: list[News] = []

    def tell(self, cause: Cause, now: float) -> None:
        """Open a cause, or say what changed of it: severity (which only rises), side, evidence."""
        before = self.open.get(cause.key)
        if before is None:
            self.open[cause.key] = cause
            self.news.append(News("opened", cause, now))
            return
        severity = min(before.severity, cause.severity, key=rank)
        after = replace(
            before,
            severity=severity,
            side=cause.side,
            evidence=cause.evidence,
            hides=before.hides or cause.hides,
        )
        self.open[cause.key] = after
        if (after.severity, after.side) != (before.severity, before.side):
            self.news.append(News("changed", after, now))

    def close(self, key: str, now: float, evidence: Iterable[Sign]) -> None:
        """A cause has ended, and what shows it."""
        cause = self.open.pop(key, None)
        if cause is not None:
            self.news.append(News("closed", cause, now, tuple(evidence)))

    def taken(self) -> tuple[News, ...]:
        """The news since this was last asked, closed ones first."""
        news, self.news = self.news, []
        order = ("closed", "changed", "opened")
        return tuple(sorted(news, key=lambda one: (order.index(one.what), one.cause.key)))
