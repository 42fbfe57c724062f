"""The pages of the documentation, and the generated parts in them."""

from __future__ import annotations

import re

from tests.documentation.tables import ROOT, panes, tables

README = ROOT / "README.md"
DOCS = ROOT / "docs"
WORDS = ROOT / "tui" / "shell" / "words.json"
"""What completions know by heart."""
MARK = re.compile(r"^<!-- (?P<name>(?!end)[\w-]+) -->\n(?P<made>.*?)<!-- end -->$", re.M | re.S)
"""A generated part, between its name and its end."""


def texts() -> dict[str, str]:
    """Every page by its path from the root, the README first."""
    paths = [README, *sorted(DOCS.rglob("*.md"))]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths}


def filled(text: str) -> str:
    """A page with every generated part made anew."""
    made = tables()

    def part(mark: re.Match[str]) -> str:
        return f"<!-- {mark['name']} -->\n\n{made[mark['name']]}\n\n<!-- end -->"

    return re.sub(r"(?m)^\| `1` … .*$", lambda _: panes(), MARK.sub(part, text))
