"""`evaluate` of a finished run: the verdict, what it rests on, and where it is written."""

from __future__ import annotations

import pytest

from tests.tui.command_line import Bench, of, perceptui
from tests.tui.conftest import Trained


def test_verdict_first_then_the_trainings_own_report(bench: Bench, trained: Trained) -> None:
    """In words with its reason; then scores, and what the training told, with all metrics."""
    outcome = perceptui("evaluate", str(trained.run))
    verdict, scores, classes, *parts, own, confusion = outcome.out.strip().split("\n\n")

    assert verdict.startswith("Verdict\nIt ")
    assert "Accuracy 0." in verdict
    assert "was trained on" in verdict.replace("\n", " ")
    assert scores.startswith("Scores (train split, 20 samples)\nMetric")
    assert "linear model" in scores
    assert classes.startswith("Classes with intervals\nClass")
    titles = [
        *("Where it fails", "The worst mistakes", "What it goes by", "How robust it is"),
        *("Calibration", "Threshold"),
    ]
    assert [part.partition("\n")[0] for part in parts] == titles
    slices, mistakes, goes_by, robust, calibration, threshold = parts
    assert "class " in slices
    assert "inside over x" in goes_by
    assert "Noise, in deviations" in robust
    assert " of 20 samples are told wrong." in mistakes
    assert "x1 " in mistakes
    assert "(ECE)" in calibration
    assert "inside is said above a threshold." in threshold
    title, head, _, row, *_ = own.splitlines()
    told = trained.outcome.out.splitlines()
    assert title == "Accuracy"
    assert head.split()[-3:] == ["ROC", "AUC", "Brier"]
    assert head[: head.index("  ROC")] in told
    assert row[: head.index("  ROC")] in told
    assert confusion in trained.outcome.out


def test_the_best_as_json(bench: Bench, trained: Trained) -> None:
    """The best epoch of a falling loss is the last, and its numbers are those of the record."""
    outcome = perceptui("evaluate", str(trained.run), "--checkpoint", "best", "--json")
    record, judged = outcome.records
    (recorded,) = of(trained.record, "evaluated")

    longer = {name: record["metrics"].pop(name) for name in ("roc_auc", "brier_score")}
    assert all(0 <= value <= 1 for value in longer.values())
    assert {**record, "n": 0} == {**recorded, "n": 0}
    assert (record["split"], record["samples"]) == ("train", 20)
    assert sum(map(sum, record["confusion"])) == 20
    values = {score["name"]: score["value"] for score in judged["scores"]}
    assert judged["event"] == "judged"
    for name, value in {**record["metrics"], **longer}.items():
        if name in values:
            assert values[name] == pytest.approx(value, abs=1e-6)


def test_what_mistakes_cost(bench: Bench, trained: Trained) -> None:
    """The dearer a miss, the lower the threshold; what is no cost is refused."""
    chosen = []
    for cost in ("1:20", "20:1"):
        (*_, judged) = perceptui("evaluate", str(trained.run), "--cost", cost, "--json").records
        threshold = judged["threshold"]
        chosen.append(threshold["chosen"]["threshold"])
        assert threshold["chosen_cost"] <= threshold["usual_cost"]
    assert chosen[0] < chosen[1]
    for cost in ("5", "1:-1", "a:b", "1:inf"):
        message = bench.refused("evaluate", str(trained.run), "--cost", cost)
        assert message.startswith(f"--cost {cost}: give two numbers")


def test_a_report_is_written(bench: Bench, trained: Trained) -> None:
    """As Markdown; over a file that is there only with --force, and never over the run's own."""
    outcome = perceptui("evaluate", str(trained.run), "-o", "report.md")
    assert (outcome.code, outcome.out) == (0, "written: report.md\n")
    text = (bench.folder / "report.md").read_text()
    assert text.startswith("# Tiny\n\n## Verdict\n\nIt ")
    assert "| Accuracy | 0." in text
    assert "## Calibration" in text
    assert "```text\n1.0┤" in text
    refused = bench.refused("evaluate", str(trained.run), "-o", "report.md", code=2)
    assert refused.startswith("report.md: is there already")
    assert perceptui("evaluate", str(trained.run), "-o", "report.md", "--force").code == 0
    events = trained.run / "events.jsonl"
    assert "a run keeps its own files there" in bench.refused(
        "evaluate", str(trained.run), "-o", str(events), "--force", code=2
    )


def test_a_regression_is_judged_in_its_unit(bench: Bench) -> None:
    """By its mean error, against the mean and a line, which here is as good as can be."""
    rows = [f"{i},{3 * i} EUR" for i in range(40)]
    bench.write("t.csv", "a,price\n" + "\n".join(rows) + "\n")
    told = perceptui(
        *("--data", "csv('t.csv', 'price')", "--layers", "Linear(1)", "--epochs", "1"),
        *("--loss", "MSELoss()", "--optimizer", "SGD(lr=0.01)", "--set", "test_fraction=0.25"),
    )
    assert told.code == 0, told.err
    (*_, judged) = perceptui("evaluate", "last", "--json").records
    assert (judged["split"], judged["samples"], judged["headline"]) == ("test", 10, "mae")
    assert judged["standing"] == "worse"
    assert judged["verdict"].startswith("It is worse than a linear model: Mean error ")
    assert judged["doubt"].startswith("10 samples are few")


@pytest.mark.rare
def test_a_sweep_is_judged_over_its_seeds(bench: Bench) -> None:
    """Its best configuration; as text, as JSON, as Markdown and on the page of the sweep."""
    axes = ("--over", "optimizer.lr=0.1,0.5", "--seeds", "2")
    swept = perceptui("sweep", "tiny.toml", *axes, "--quiet", "--yes")
    assert swept.code == 0, swept.err
    (name,) = (path.name for path in (bench.runs_dir / "sweeps").iterdir())
    outcome = perceptui("evaluate", name)
    assert outcome.code == 0, outcome.err
    verdict, scores, trainings = outcome.out.strip().split("\n\n")
    assert "on average over 2 seeds" in verdict.replace("\n", " ")
    assert "Judged is the best configuration: lr 0." in verdict.replace("\n", " ")
    assert scores.startswith("Scores (train split, 2 seeds)\nMetric")
    assert len(trainings.splitlines()) == 5
    (judged,) = perceptui("evaluate", name, "--json").records
    assert (judged["event"], len(judged["runs"])) == ("judged_over_seeds", 2)
    assert perceptui("evaluate", name, "-o", "s.md").code == 0
    assert "## Scores (train split, 2 seeds)" in (bench.folder / "s.md").read_text()
    assert perceptui("report", "--sweep", name, "-o", "page.md").code == 0
    page = (bench.folder / "page.md").read_text()
    assert "on average over 2 seeds" in page.partition("## Configurations")[0]
    assert "## Scores (train split, 2 seeds)" in page
    message = bench.refused("evaluate", name, "--accept", "both")
    assert message == "evaluate: --accept goes with a run: name one of the sweep's"
