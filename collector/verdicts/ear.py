"""What is known of how one thing answers: echoes, polls, suspicion, verification."""

from dataclasses import dataclass, field

from collector.verdicts.verdict import Sign

FAST = 2.0
"""Seconds between echoes up to which a thing without a lost echo is surely alive."""


@dataclass(slots=True)
class Failing:
    """How often in a row a probe or check has failed, since when, and why the last time."""

    count: int = 0
    since: float = 0.0
    reason: str = ""
    told: bool = False


@dataclass(slots=True)
class Ear:
    """Of a device, a circuit's probe address or the gateway. All times are the engine's own clock.

    `silent` is the conclusion: verified and unanswered. `mute` is what answers polls but no echoes.
    `refused` is what our machine could not ask a moment ago, `unsent` why, once that has lasted.
    What was lost from sight behind something is `hidden` by that until it is seen again, and
    `hider` keeps its name then; `gone` is when that was found; `grace` is when its own fault may be
    told, 0 while no living path leads to it. What is `watched` is worth a round when it answers.
    """

    thing: str
    ping: float | None
    born: float
    settle: float = 180.0
    heard: float = 0.0
    polled: float = 0.0
    verified: float = 0.0
    lost: bool = False
    waiting: bool = False
    suspected: float = 0.0
    begun: float = 0.0
    until: float = 0.0
    missed: bool = False
    ended: float = 0.0
    silent: bool = False
    mute: bool = False
    hidden: str = ""
    gone: float = 0.0
    hider: str = ""
    watched: bool = False
    grace: float = 0.0
    refused: bool = False
    unsent: str = ""
    returned: float = 0.0
    poll_asked: float = 0.0
    fails: dict[str, Failing] = field(default_factory=dict)
    answers: set[str] = field(default_factory=set)

    @property
    def fast(self) -> bool:
        """Whether losses show within a couple of seconds."""
        return self.ping is not None and self.ping <= FAST

    @property
    def answered(self) -> float:
        """When it last gave any sign of life, 0 for never."""
        return max(self.heard, self.polled, self.verified)

    def sign(self) -> Sign:
        """How it answers, as evidence."""
        if self.mute or self.ping is None:
            return Sign("answers_poll", (("probe", min(self.answers, default="")),))
        return Sign("answers_echo")

    def hide(self, behind: str, now: float) -> None:
        """Lose sight of it behind something, with no living path."""
        if not self.hidden:
            self.gone = now
        self.hidden = behind

    def clean(self, since: float) -> bool:
        """Whether it is surely alive, given that something began to be wrong at `since`."""
        if self.silent or self.unsent:
            return False
        if self.fast and not self.refused and not self.lost and self.heard and not self.until:
            return True
        return self.answered >= since > 0

    def pending(self) -> bool:
        """Whether a verification or the next seconds will tell if it is alive."""
        if self.silent or self.unsent:
            return False
        return self.until > 0 or (self.fast and (self.refused or (self.lost and self.waiting)))
