"""Things that go down and up again and again: scored by the share of minutes with a change."""

SLOT = 60.0
SLOTS = 20
"""Minutes that are looked back."""

BEGINS, ENDS = 0.3, 0.1
"""Shares of slots with a change at which flapping begins, and below which it ends."""


class Flapping:
    """The minutes in which each thing changed; `things` are those that flap."""

    def __init__(self) -> None:
        self.slots: dict[str, set[int]] = {}
        self.things: set[str] = set()

    def changed(self, thing: str, now: float, down: bool) -> None:
        """A thing went down or came up by itself. Flapping begins when it goes down once more."""
        self.slots.setdefault(thing, set()).add(int(now // SLOT))
        if self.score(thing, now) >= BEGINS and down:
            self.things.add(thing)

    def score(self, thing: str, now: float) -> float:
        """The share of the last slots in which it changed."""
        slots = self.slots.get(thing)
        if slots is None:
            return 0.0
        oldest = int(now // SLOT) - SLOTS
        slots.difference_update([one for one in slots if one <= oldest])
        if not slots:
            del self.slots[thing]
            return 0.0
        return len(slots) / SLOTS

    def calm(self, now: float) -> None:
        """Let those go that have been steady."""
        self.things = {one for one in self.things if self.score(one, now) >= ENDS}

    def next(self, now: float) -> float:
        """When to look again, given that something flaps."""
        return (now // SLOT + 1) * SLOT if self.things else float("inf")

    def load(self, known: set[str]) -> None:
        """Forget what is no longer judged."""
        self.things &= known
        self.slots = {thing: slots for thing, slots in self.slots.items() if thing in known}
