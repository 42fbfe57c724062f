"""`make docs` builds the site, and warns of nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documentation.pages import DOCS
from tests.documentation.tables import ROOT


@pytest.mark.rare
def test_the_site_is_built(tmp_path: Path) -> None:
    """Strictly, a page of it for each of ours; its cheap sibling is test_links_lead_somewhere."""
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    pages = [path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")]
    assert len(pages) > 20
    for page in pages:
        place = page.parent if page.name == "index" else page
        assert (tmp_path / place / "index.html").exists()
        text = (tmp_path / place / "index.html").read_text("utf-8")
        assert "|---|" not in text, f"{page}: a table that is none"
        assert "http" not in "".join(
            line for line in text.splitlines() if "<script src" in line or "stylesheet" in line
        ), f"{page}: asks another host"
