"""`python -m dashboards.build`: every page in both languages to `dashboards/json/`."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from dashboards import pages
from dashboards.page import Page
from dashboards.words import LANGUAGES

FOLDER = Path(__file__).parent / "json"


def every_page() -> list[Page]:
    """The pages, one a module of `dashboards.pages`, by slug."""
    found = [
        import_module(f"dashboards.pages.{one.name}").PAGE
        for one in iter_modules(pages.__path__)
        if not one.name.startswith("_")
    ]
    return sorted(found, key=lambda page: page.slug)


def built() -> Iterator[tuple[str, str]]:
    """Paths below `json/` and what belongs there."""
    from dashboards.render import rendered

    for page in every_page():
        for language in LANGUAGES:
            yield f"{language}/{page.slug}.json", rendered(page, language)


def main() -> None:
    """Write what differs; take away what no page makes any more."""
    wanted = dict(built())
    for path, text in wanted.items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text, "utf-8")
    for old in FOLDER.glob("*/*.json"):
        if old.relative_to(FOLDER).as_posix() not in wanted:
            old.unlink()
    print(f"{len(wanted)} dashboards in {FOLDER.name}/")


if __name__ == "__main__":
    main()
