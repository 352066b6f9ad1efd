"""docs/metrics.md, the page of the catalogue: `python -m probes.catalogue_page` prints it."""

import sys

from probes.catalogue import METRICS, SECTIONS, Metric, Section, Subject

_HEAD = """# Metrics · Bảng chỉ số

Made from `probes/catalogue.yaml` by `make docs`; do not edit. {count} metrics.

- A name is `subject_quantity_unit`, counters end in `_total`. A row is one subject instance at one
  time: in InfluxDB the subject is the measurement and the rest is the field; in VictoriaMetrics and
  Prometheus the whole is the name.
- *measured*: what was read at that moment, never repeated. *described*: what seldom changes (info,
  capacities, totals, speeds, targets, limits); written again with each good poll, at most once
  a minute, never older than 24 hours.
- An `_info` series has the value 1 and its text as labels; when the text changes, the old label set
  is written once with 0. Join on `(x_info == 1)`.
- Labels in brackets may be absent.

Tên chỉ số gồm `đối tượng_đại lượng_đơn vị`; bộ đếm kết thúc bằng `_total` và là giá trị thô.
*measured*: giá trị đo tại thời điểm đó; *described*: thông tin ít đổi, được ghi lại sau mỗi lần hỏi
thành công. Chuỗi `_info` có giá trị 1, thông tin nằm ở nhãn; nhãn trong ngoặc vuông có thể vắng.
"""


def _labels(metric: Metric) -> str:
    ways = [", ".join(f"`{name}`" for name in way) for way in metric.identities]
    spare = " ".join(f"[`{name}`]" for name in (*metric.optional, *metric.text))
    return " or ".join(way for way in ways if way) + (f" {spare}" if spare else "")


def _meaning(metric: Metric) -> str:
    states = ", ".join(f"{value} {name}" for value, name in metric.states.items())
    return f"{metric.help} · {metric.help_vi}" + (f" ({states})" if states else "")


def _line(metric: Metric) -> str:
    kept = "described" if metric.described else "measured"
    unit = "" if metric.unit in (metric.kind, "any") else f", {metric.unit}"
    cells = f"`{metric.name}`", metric.kind + unit, kept, _labels(metric), _meaning(metric)
    return f"| {' | '.join(cells)} |"


def _subject(subject: Subject) -> str:
    lines = "\n".join(_line(metric) for metric in subject.fields.values())
    return (
        f"### {subject.name}\n\n{subject.about}. · {subject.about_vi}.\n\n"
        f"| metric | kind, unit | | labels | meaning |\n|---|---|---|---|---|\n{lines}\n"
    )


def _section(section: Section) -> str:
    subjects = "\n".join(_subject(one) for one in section.subjects)
    return f"## {section.title} · {section.title_vi}\n\n{subjects}"


def page() -> str:
    """The whole page as Markdown, the same for the same catalogue."""
    return "\n".join([_HEAD.format(count=len(METRICS)), *(_section(one) for one in SECTIONS)])


if __name__ == "__main__":
    sys.stdout.write(page())
