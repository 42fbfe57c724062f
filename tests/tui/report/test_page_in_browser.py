"""Pages in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Page, browser
from tests.tui.command_line import perceptui
from tests.tui.conftest import Trained

pytest.importorskip("matplotlib", reason="needs the extra report")

OVERFLOWING = """
[...document.querySelectorAll('body *')]
    .filter(one => !one.closest('.wide table') && !one.closest('svg svg, svg *'))
    .filter(one => one.getBoundingClientRect().right > innerWidth + 0.5
        || one.getBoundingClientRect().left < -0.5)
    .map(one => one.outerHTML.slice(0, 80))
"""
"""What is wider than the page; a table scrolls in its box."""
CUT = """
[...document.querySelectorAll('figure svg')].flatMap(svg => {
    const all = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')]
        .filter(one => {
            const box = one.getBoundingClientRect();
            return box.left < all.left - 4 || box.right > all.right + 4
                || box.top < all.top - 4 || box.bottom > all.bottom + 4;
        })
        .map(one => one.textContent);
})
"""
"""What of the drawings' texts is outside of its drawing."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of a browser, shared."""
    with browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.fixture(
    scope="module",
    params=[
        *(pytest.param(name, marks=pytest.mark.rare) for name in ("run", "sweep")),
        "nasty",
    ],
)
def address(
    request: pytest.FixtureRequest,
    trained: Trained,
    swept: Path,
    named_badly: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """A report as a file."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    what = {
        "run": [str(trained.run)],
        "sweep": ["--runs-dir", str(swept), "--sweep", "last"],
        "nasty": [str(named_badly)],
    }
    outcome = perceptui("report", *what[request.param], "-o", str(file))
    assert outcome.code == 0, outcome.err
    return file.as_uri()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_overflows(page: Page, address: str, width: int) -> None:
    """It renders, fits the page, cuts no text, and asks for nothing but itself."""
    page.size(width)
    page.requests.clear()
    page.open(address)
    assert page.evaluate("document.querySelector('h1').textContent") != ""
    assert page.evaluate("document.querySelectorAll('figure svg').length") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate(CUT) == []
    assert [one for one in page.requests if not one.startswith(("file:", "data:"))] == []


def test_it_is_dark_for_who_prefers_that(page: Page, address: str) -> None:
    """The page and the drawings on it, by CSS alone."""
    colors = """[getComputedStyle(document.querySelector('main')).backgroundColor,
        getComputedStyle(document.querySelector('svg text')).fill]"""
    seen = {}
    for dark in (False, True):
        page.size(1280, dark=dark)
        page.open(address)
        seen[dark] = page.evaluate(colors)
    assert seen[False][0] == "rgb(250, 250, 248)"
    assert seen[True][0] == "rgb(24, 25, 29)"
    assert seen[False][1] != seen[True][1]
