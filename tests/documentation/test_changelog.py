"""The changelog has a version for each release, and what is not released yet on top."""

from __future__ import annotations

import re
from datetime import date

from packaging.version import Version

from tests.documentation.tables import ROOT
from tests.documentation.test_dependencies import PROJECT

TEXT = (ROOT / "CHANGELOG.md").read_text("utf-8")
HEADINGS = re.findall(r"^## (.+)$", TEXT, re.M)
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
"""Of https://keepachangelog.com."""


def test_the_newest_version_is_this_one() -> None:
    """Above it stands only what is not released."""
    released = [heading for heading in HEADINGS if heading != "Unreleased"]
    assert HEADINGS in (released, ["Unreleased", *released])
    assert released[0].split(" - ")[0] == PROJECT["version"]


def test_versions_and_days_go_back() -> None:
    """Each once, with the day of its release."""
    told = [heading.split(" - ") for heading in HEADINGS if heading != "Unreleased"]
    versions = [Version(version) for version, _ in told]
    days = [date.fromisoformat(day) for _, day in told]
    assert versions == sorted(set(versions), reverse=True)
    assert days == sorted(days, reverse=True)


def test_each_kind_of_change_stands_once_in_a_version() -> None:
    """And none is without a change."""
    for part in re.split(r"^## ", TEXT, flags=re.M)[1:]:
        kinds = re.findall(r"^### (.+)$", part, re.M)
        assert len(kinds) == len(set(kinds))
        assert set(kinds) <= set(KINDS)
        assert all(re.search(rf"^### {kind}\n- ", part, re.M) for kind in kinds)
