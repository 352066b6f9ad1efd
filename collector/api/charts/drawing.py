"""Asks the store for charts and puts the answer together: the worst lines, gaps as they are."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from collector.api.charts import shape
from collector.api.charts.chart import LINES, Chart, Drawn, Text
from collector.api.charts.questions import Questions
from collector.api.threads import apart
from collector.stores.promql import Grid, Line, StoreAwayError, StoreError

_DIGITS = 7
_HOW = {
    "mean": Text("trung bình", "the mean"),
    "highest": Text("giá trị cao nhất", "the highest value"),
    "lowest": Text("giá trị thấp nhất", "the lowest value"),
}


async def drawn(
    charts: Iterable[Chart], questions: Questions, grid: Grid, language: str
) -> list[shape.Chart]:
    """Those that have data, or a problem of their own. Raises StoreAwayError where none could be
    asked for.
    """
    wanted = [one for one in charts if one.drawn]
    answers = await asyncio.gather(*(_one(one, questions, grid) for one in wanted))
    away = [one for one in answers if isinstance(one, StoreAwayError)]
    if away and len(away) == len(answers):
        raise away[0]

    def work() -> list[shape.Chart]:
        told = map(partial(_chart, language), wanted, answers)
        return [one for one in told if one is not None]

    return await apart(work)


class _Answer(NamedTuple):
    """What the store says of a chart: for each of its questions, and of its ceiling."""

    lines: list[list[Line]]
    ceiling: list[shape.Limit]


async def _one(chart: Chart, questions: Questions, grid: Grid) -> _Answer | StoreError:
    try:
        answers = [await questions.ask(one.query, grid) for one in chart.drawn]
        return _Answer(answers, await _ceiling(chart, questions, grid))
    except StoreError as error:
        return error


def _chart(language: str, chart: Chart, answer: _Answer | StoreError) -> shape.Chart | None:
    if isinstance(answer, StoreError):
        return _told(chart, language, problem=str(answer))
    lines = _lines(chart.drawn, answer.lines, language)
    if not lines:
        return None
    kept = _whole(lines) if chart.stacked else worst(lines, chart.worst == "lowest")
    return _told(chart, language, kept, len(lines) - len(kept), answer.ceiling)


async def _ceiling(chart: Chart, questions: Questions, grid: Grid) -> list[shape.Limit]:
    if not chart.ceiling:
        return []
    answer = await questions.ask(chart.ceiling, Grid(grid.end))
    return [
        shape.Limit(kind="capacity", value=value, instance="")
        for line in answer
        if (value := line.values[0])
    ]


def _lines(
    asked: Sequence[Drawn], answers: Sequence[list[Line]], language: str
) -> list[shape.Series]:
    found = []
    for one, answer in zip(asked, answers, strict=True):
        words = dict(one.known)
        for line in sorted(answer, key=partial(_order, one)):
            if any(value is not None for value in line.values):
                name = _name(one, line)
                found.append(
                    shape.Series(
                        label=words.get(name, one.name).said(language) or name,
                        how=one.how,
                        state=one.state,
                        values=[v and float(f"{v:.{_DIGITS}g}") for v in line.values],
                    )
                )
    return found


def _name(asked: Drawn, line: Line) -> str:
    return " ".join(filter(None, (line.labels.get(label, "") for label in asked.by)))


def _order(asked: Drawn, line: Line) -> tuple[int, list[tuple[int, str]]]:
    """As words are listed, else by name: port 2 before port 10."""
    known, name = [word for word, _ in asked.known], _name(asked, line)
    if name in known:
        return known.index(name), []
    parts = re.findall(r"[0-9]{1,9}|[^0-9]+", name)
    natural = [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
    return len(known), natural


def _whole(lines: Sequence[shape.Series]) -> list[shape.Series]:
    """Parts of a whole: what is not told of a part, where the whole is, is none of it."""
    known = [
        any(v is not None for v in at) for at in zip(*(one.values for one in lines), strict=True)
    ]
    return [
        one.model_copy(
            update={
                "values": [
                    0.0 if told and value is None else value
                    for value, told in zip(one.values, known, strict=True)
                ]
            }
        )
        for one in lines
    ]


def worst(lines: list[shape.Series], lowest: bool) -> list[shape.Series]:
    """The lines that matter most where there are too many, in their order."""
    if len(lines) <= LINES:
        return lines

    def extreme(one: shape.Series) -> float:
        values = [value for value in one.values if value is not None]
        return min(values) if lowest else -max(values)

    kept = {id(one) for one in sorted(lines, key=extreme)[:LINES]}
    return [one for one in lines if id(one) in kept]


def _told(
    chart: Chart,
    language: str,
    series: Sequence[shape.Series] = (),
    left_out: int = 0,
    ceiling: Sequence[shape.Limit] = (),
    problem: str = "",
) -> shape.Chart:
    names = {one.label for one in series}
    limits = [
        shape.Limit(kind=one.kind, value=one.value, instance=one.instance)
        for one in chart.marks
        if not one.instance or one.instance in names
    ]
    return shape.Chart(
        key=chart.key,
        title=chart.title.said(language),
        note=note(chart, language),
        unit=chart.unit,
        low=chart.low,
        high=chart.high,
        stacked=chart.stacked,
        series=list(series),
        left_out=left_out,
        limits=[*limits, *ceiling],
        problem=problem,
    )


def note(chart: Chart, language: str) -> str:
    """What a point stands for; where lines say it themselves, over how long."""
    ways = {one.how for one in chart.drawn}
    long = _lasting(max(one.window for one in chart.drawn))
    said = Text(f"Mỗi điểm tính trên {long.vi}.", f"Each point covers {long.en}.")
    if ways == {"last"}:
        said = Text("Mỗi điểm là lần đọc gần nhất.", "Each point is the latest reading.")
    elif len(ways) == 1:
        how = _HOW[ways.pop()]
        said = Text(f"Mỗi điểm là {how.vi} của {long.vi}.", f"Each point is {how.en} of {long.en}.")
    return said.said(language)


def _lasting(seconds: float) -> Text:
    if seconds < 100:
        return Text(f"{seconds:.0f} giây", f"{seconds:.0f} seconds")
    if seconds < 3_600:
        return Text(f"{seconds / 60:.0f} phút", f"{seconds / 60:.0f} minutes")
    return Text(f"{seconds / 3600:.0f} giờ", f"{seconds / 3600:.0f} hours")
