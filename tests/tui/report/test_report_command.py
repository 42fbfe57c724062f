"""`report` writes what runs and sweeps came to as one page."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.service.client.run_queries import RunQueries
from tests.tui.command_line import Bench, perceptui
from tests.tui.conftest import Trained
from tests.tui.report.conftest import TITLE
from tui.report.document import Chart, Line, Lines
from tui.report.plots import drawn
from tui.report.plots.canvas import SVG

pytest.importorskip("matplotlib", reason="needs the extra report")

JUDGED = ["Scores (train split, 20 samples)", "Classes with intervals", "Where it fails"]
JUDGED += ["The worst mistakes", "What it goes by", "How robust it is", "Calibration", "Threshold"]
TITLES = ["Curves", "Classes (train split)", *JUDGED, "Pictures", "Predictions", "Experiment"]
TITLES += ["The same again", "Made with"]


def written(bench: Bench, name: str, *arguments: str) -> str:
    """The page that a command line writes."""
    outcome = perceptui("report", *arguments, "-o", name)
    assert (outcome.code, outcome.out) == (0, f"{name}\n"), outcome.err
    return (bench.folder / name).read_text("utf-8")


def test_html_has_every_section_and_needs_nothing(bench: Bench, trained: Trained) -> None:
    """In their order, the drawings inside, no script, no address but the names of namespaces."""
    page = written(bench, "run.html", str(trained.run))
    assert re.findall("<h2>(.*?)</h2>", page) == TITLES
    assert page.count("<svg ") == page.count("</svg>") == 10  # five of what judges it
    assert "<script" not in page
    assert {a for a in re.findall(r'https?://[^"]*', page) if "www.w3.org" not in a} == set()
    assert len(ids := re.findall(r'\bid="([^"]*)"', page)) == len(set(ids))
    assert "perceptui --data &#x27;circle(samples=20)&#x27;" in page
    assert "(0.5, -0.25)" not in page
    assert "<td>0.5, -0.25</td>" in page


def test_figures_are_the_record_s(bench: Bench, trained: Trained) -> None:
    """The table of scores has what the training measured at its end."""
    (evaluated,) = (one for one in trained.record if one["event"] == "evaluated")
    page = written(bench, "run.md", str(trained.run))
    loss, accuracy = (evaluated["metrics"][name] for name in ("loss", "accuracy"))
    assert f"| train | 20 | {loss:.4f} | {accuracy:.3f} |" in page
    counts = evaluated["confusion"]
    svg = written(bench, "run.svg", str(trained.run))
    texts = [
        "".join(one.itertext()) for one in ET.fromstring(svg).iter() if one.tag.endswith("text")
    ]
    for count in (count for row in counts for count in row if count):
        assert str(count) in texts
    assert f"train: Samples 20, Loss {loss:.4f}, Accuracy {accuracy:.3f}" in "\n".join(texts)


def test_there_are_no_half_epochs() -> None:
    """Along an axis of whole numbers only whole ones are written."""
    lines = Lines([Line("loss", [1, 2, 3], [0.5, 0.25, 0.125])], "epoch", "Loss")
    svg = ET.fromstring(drawn(Chart("Loss", lines, "It falls."), 1))
    texts = ["".join(one.itertext()) for one in svg.iter(f"{{{SVG}}}text")]
    before_title = texts[: texts.index("epoch")]
    assert before_title == ["1", "2", "3"]


def test_the_same_run_makes_the_same_file(bench: Bench, trained: Trained) -> None:
    """Byte by byte, so that a page under version control changes with its run only."""
    assert written(bench, "a.html", str(trained.run)) == written(bench, "b.html", str(trained.run))


def test_without_a_file_it_is_printed(bench: Bench, trained: Trained) -> None:
    """As text, none of it wider than the terminal but what is to be copied."""
    outcome = perceptui("report", str(trained.run))
    assert outcome.code == 0, outcome.err
    lines = outcome.lines
    assert lines[:2] == ["Tiny", "────"]
    assert [line for line in lines if line in TITLES] == TITLES
    assert max(len(line) for line in lines if not line.startswith("perceptui --data")) <= 80
    assert "\x1b" not in outcome.out


def test_several_runs_are_compared(bench: Bench) -> None:
    """What differs, what came out with the best marked, one drawing of all losses."""
    first = bench.train("--quiet").run
    second = bench.train("--quiet", "--lr", "0.5", "--epochs", "4").run
    page = written(bench, "two.md", str(first), str(second))
    assert page.startswith("# Tiny: 2 runs\n")
    assert "is better on" in page.partition("## Loss")[0]
    assert "## Where they disagree\n\nThey disagree on " in page
    assert "| Accuracy | " in page.partition("## Scores (train split, 20 samples)")[2]
    assert "| optimizer.lr | 0.1 | 0.5 |" in page
    assert "| ended | completed | completed |" in page
    assert (
        len(re.findall(r"\| train loss \| (?:\S+ \| \*\*\S+\*\*|\*\*\S+\*\* \| \S+) \|", page)) == 1
    )
    assert page.count("```sh\nperceptui ") == 2
    html = written(bench, "two.html", str(first), str(second))
    assert html.count("<svg ") == 1


def test_a_sweep(bench: Bench, swept: Path) -> None:
    """Its configurations, their map, the losses of the best, and the command of the best."""
    of_it = ("--runs-dir", str(swept), "--sweep", "last")
    page = written(bench, "sweep.md", *of_it)
    assert page.startswith("# Sweep of tiny\n")
    assert len(re.findall(r"^\| 0\.[15] \| [23] \| ", page, re.MULTILINE)) == 4
    assert "lr ↓, out_features →" in page
    assert "--set optimizer.lr=0.5 " in page
    html = written(bench, "sweep.html", *of_it)
    assert html.count("<svg ") == 6
    (name,) = (path.name for path in (swept / "sweeps").iterdir())
    found = perceptui("report", name, "--runs-dir", str(swept))
    assert found.lines[0] == "Sweep of tiny"


def test_what_can_not_be_judged_is_drawn(
    bench: Bench, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that makes samples answers nothing; its page has its pictures all the same."""

    async def refused(*_: object) -> None:
        raise UsageError("this network makes samples")

    monkeypatch.setattr(RunQueries, "judge", refused)
    page = written(bench, "made.md", str(trained.run))
    assert "## Pictures\n\n### Decision boundary" in page
    assert "## Calibration" not in page


def test_why_runs_are_not_compared_is_told(bench: Bench, trained: Trained) -> None:
    """Runs of other samples stand side by side all the same."""
    other = bench.train("--quiet", "--seed", "7").run
    page = written(bench, "apart.md", str(trained.run), str(other))
    assert "they are not judged on the same samples (seed 0 against 7" in page
    assert "## What came out" in page


def test_names_are_names(bench: Bench, named_badly: Path) -> None:
    """Whatever stands in them, they make no tag, no table and no formula."""
    page = written(bench, "nasty.html", str(named_badly))
    assert "<b onclick" not in page
    assert "<td>&lt;b onclick=&quot;x&quot;&gt;|`*_[a](b)&amp;$x^2$␛]0;</td>" in page
    ET.fromstring(page[page.index("<svg ") : page.index("</svg>") + 6])
    svg = written(bench, "nasty.svg", str(named_badly))
    title = ET.fromstring(svg).find(f"{{{SVG}}}title")
    assert title is not None
    assert title.text == TITLE
    markdown = written(bench, "nasty.md", str(named_badly))
    assert (
        r"| \<b onclick=\"x\"\>".replace('\\"', '"') + r"\|\`\*\_\[a\](b)\&\$x^2\$␛\]0;" in markdown
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-o", "page.pdf"], "give -o a name that ends in .html, .md, .svg, .txt"),
        (["--json"], "with --json say where to write it with -o FILE"),
        (["-o", "tiny.toml/x.md"], "can't be written"),
        (["-o", "there.md"], "is there already"),
        (["other", "--sweep"], "of one sweep at a time"),
    ],
)
def test_what_can_t_be_written(
    bench: Bench, trained: Trained, arguments: list[str], complaint: str
) -> None:
    """It is refused, and what is there stays."""
    kept = bench.write("there.md", "mine")
    assert complaint in bench.refused("report", str(trained.run), *arguments)
    assert kept.read_text() == "mine"


def test_without_the_data_it_tells_what_the_record_knows(bench: Bench) -> None:
    """The picture is missing, and the page says why; while it is there, it isn't written over."""
    rows = "".join(f"{n},{n % 3},{n % 2}\n" for n in range(12))
    data = bench.write("data.txt", "a,b,c\n" + rows)
    outcome = perceptui(
        *("--data", 'csv("data.txt", target="c")', "--layers", "Linear(2)"),
        *("--loss", "CrossEntropyLoss", "--optimizer", "SGD(lr=0.1)", "--epochs", "2", "--quiet"),
    )
    asked = ("report", str(outcome.run), "-o", "data.txt", "--force")
    assert "the training reads it" in bench.refused(*asked)
    data.unlink()
    page = perceptui("report", str(outcome.run))
    assert page.code == 0, page.err
    assert "no picture:" in page.out
    assert "Classes (train split)" in page.lines


def test_without_matplotlib(
    bench: Bench, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages with drawings say what to install; the others do without it."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("tui.report.formats.find_spec", lambda name: None)
    message = bench.refused("report", str(trained.run), "-o", "page.html")
    assert message == (
        "page.html: its drawings need matplotlib: pip install 'perceptui[report]'; "
        ".md and .txt do without"
    )
    assert "# Tiny" in written(bench, "page.md", str(trained.run))


def test_what_is_given_back_is_on_the_page(bench: Bench) -> None:
    """The plane, what is decoded over it, and pictures beside what became of them."""
    toml = (
        'data = "digits(classes=[0, 1])"\nobjective = "variational([Linear(64)])"\n'
        'layers = ["Flatten()", "Linear(4)"]\nloss = "MSELoss()"\noptimizer = "SGD(lr=0.01)"\n'
        "epochs = 1\n"
    )
    perceptui("--preset", str(bench.write("digits.toml", toml)))
    page = written(bench, "digits.html", "last")
    for title in (
        "Where samples lie in its narrowest place",
        "What it makes of places there",
        "Came in, and given back",
    ):
        assert title in page
    assert page.count("<image ") == 3, "a sheet of the plane, and one for each of both"
    told = written(bench, "digits.txt", "last")
    assert "given back" in told
