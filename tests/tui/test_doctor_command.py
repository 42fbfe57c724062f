"""`perceptui doctor`, and the findings in `perceptui show`."""

from __future__ import annotations

import stat
import tomllib

import pytest

from engine.doctor.rules import ALL
from engine.paths import preset_dir
from engine.spec.experiment_reader import read_file
from tests.engine.doctor.test_failure import broken
from tests.tui.command_line import Bench, perceptui
from tests.tui.conftest import Trained

SICK = """\
# mine
data = "moons(samples=400)"  # many
layers = [
    "Linear(16)",
    "ReLU()",
    "Linear(2)",  # out
    "Softmax()",  # sure?
]
loss = "CrossEntropyLoss()"
optimizer = "Adam(lr=0.01)"
epochs = 200
test_fraction = 0.25
"""
TWIN = SICK.replace('    "Softmax()",  # sure?\n', "")
INFO = TWIN.replace('"ReLU()"', '"ReLU()", "Dropout(0.0)"')
CSV = "data = \"csv('t.csv', target='y')\"\n" + TWIN.partition("\n")[2].partition("\n")[2]
KEYS = ["code", "severity", "place", "message", "repair"]


def test_findings_as_text(bench: Bench) -> None:
    """Each finding has severity, place and code, its sentence with the figure, its repair."""
    bench.write("e.toml", SICK)
    outcome = perceptui("doctor", "e.toml")

    assert outcome.code == 0
    assert outcome.lines[0] == "error layers[3]: double-softmax"
    text = " ".join(outcome.out.split())
    assert "with 2 classes the loss cannot fall below 0.313" in text
    assert "Repair: remove Softmax(" in text
    assert "`perceptui doctor e.toml --fix` repairs errors and warnings." in text
    assert max(map(len, outcome.lines)) <= 80
    assert outcome.out == perceptui("doctor", "e.toml", "--ascii").out


def test_nothing_wrong(bench: Bench) -> None:
    """A healthy experiment is said to be so; with --json there is nothing."""
    bench.write("e.toml", TWIN)
    assert perceptui("doctor", "e.toml").out == "Nothing is wrong.\n"
    assert perceptui("doctor", "e.toml", "--json").out == ""
    assert perceptui("doctor", "e.toml", "--strict").code == 0


def test_json_has_one_object_a_finding(bench: Bench) -> None:
    """With --json each finding is an object with exactly the promised keys."""
    bench.write("e.toml", SICK.replace("epochs = 200", 'epochs = 200\nseed = "random"'))
    first, second = perceptui("doctor", "e.toml", "--json").records

    assert list(first) == list(second) == KEYS
    assert (first["code"], first["severity"], first["place"]) == (
        "double-softmax", "error", "layers[3]",
    )  # fmt: skip
    assert second["code"] == "random-seed"
    assert second["repair"] == "use seed = 0"


@pytest.mark.parametrize(("text", "code"), [(SICK, 5), (TWIN, 0), (INFO, 0)])
@pytest.mark.parametrize("option", [(), ("--json",)])
def test_strict_exits_with_5(bench: Bench, text: str, code: int, option: tuple[str, ...]) -> None:
    """--strict ends with 5 where there is a warning or an error; what is only info passes."""
    bench.write("e.toml", text)
    assert perceptui("doctor", "e.toml", *option).code == 0
    assert perceptui("doctor", "e.toml", "--strict", *option).code == code


def test_fix_keeps_the_file_but_for_the_repair(bench: Bench) -> None:
    """--fix writes the repaired experiment over the file: comments, mode and links stay."""
    path = bench.write("real.toml", SICK)
    path.chmod(0o640)
    (bench.folder / "e.toml").symlink_to("real.toml")
    outcome = perceptui("doctor", "e.toml", "--fix", "--strict")

    assert outcome.code == 0
    assert outcome.lines[0].startswith("- layers[3] = Softmax(")
    assert outcome.lines[-1] == "Wrote e.toml."
    assert path.read_text("utf-8") == TWIN
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (bench.folder / "e.toml").is_symlink()
    assert perceptui("doctor", "e.toml").out == "Nothing is wrong.\n"


def test_fix_shows_the_chain_of_repairs(bench: Bench) -> None:
    """One after the other, with what each answers; the rate is that of the run that worked."""
    sick = TWIN.replace("epochs = 200", 'epochs = 200\nseed = "random"')
    bench.write("e.toml", sick.replace("lr=0.01", "lr=0.02"))
    assert perceptui("--preset", "./e.toml", "--epochs", "2", "--device", "cpu").code == 0
    bench.write("e.toml", sick.replace("lr=0.01", "lr=100"))
    outcome = perceptui("doctor", "e.toml", "--fix")
    chain = [line for line in outcome.lines if line[:2] in ("1.", "2.", "3.")]
    assert chain == [
        "1. warning optimizer.lr, learning-rate-range: use 0.02, as before",
        "2. warning seed, random-seed: use seed = 0",
    ]


def test_fix_of_a_healthy_file_touches_nothing(bench: Bench) -> None:
    """Where nothing is to be repaired the file is not even written."""
    path = bench.write("e.toml", TWIN)
    before = path.stat()
    assert perceptui("doctor", "e.toml", "--fix").out == "Nothing to repair.\n"
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_fix_leaves_what_a_person_must_decide(bench: Bench) -> None:
    """Findings without a repair are told after a fix, and --strict counts them."""
    bench.write("e.toml", SICK.replace("moons(samples=400)", "first_network()"))
    outcome = perceptui("doctor", "e.toml", "--fix", "--strict")
    assert outcome.code == 0
    assert "Left as it is:" in outcome.lines
    assert "info layers: many-parameters" in outcome.lines


def test_fix_of_a_preset_prints_the_experiment(bench: Bench) -> None:
    """Of a preset the repaired TOML goes to stdout, what changed to stderr."""
    outcome = perceptui("doctor", "mnist", "--fix")

    assert outcome.code == 0
    told = "still as before: title, summary, teaches."
    assert outcome.lines[0] == f"# mnist as the doctor repairs it; {told}"
    assert tomllib.loads(outcome.out)["layers"][-1] == "Linear(10)"
    assert not {"expect", "healthy", "measured"} & tomllib.loads(outcome.out).keys()
    assert "- layers[6] = Softmax(" in outcome.err
    assert "- expect = " in outcome.err
    bench.write("mine.toml", outcome.out)
    assert perceptui("doctor", "mine.toml", "--strict").code == 0


def test_a_comment_of_a_preset_acts_upon_no_terminal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TOML forbids escape characters in comments, not their eight-bit siblings; a pipe gets all."""
    comment = "# \x9b31m \u202egnp"
    preset_dir().mkdir(parents=True)
    (preset_dir() / "sick.toml").write_text(f"{comment}\n{SICK}", "utf-8")
    assert comment in perceptui("doctor", "sick", "--fix").lines
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = perceptui("doctor", "sick", "--fix").out
    assert not {"\x9b", "\u202e"} & set(shown)
    assert "# \\x9b31m \\u202egnp" in shown


def test_fix_of_a_preset_and_json_exclude_each_other(bench: Bench) -> None:
    """Both would go to stdout: refused, with what to do."""
    message = bench.refused("doctor", "mnist", "--fix", "--json")
    assert message == "--fix prints the repaired TOML, --json the findings: give one of them"


def test_run_is_examined_and_not_written(bench: Bench, trained: Trained) -> None:
    """The doctor reads a run's experiment; --fix prints it repaired and leaves the run."""
    record = (trained.run / "experiment.toml").read_bytes()
    outcome = perceptui("doctor", str(trained.run), "--json")
    codes = [one["code"] for one in outcome.records]
    assert codes == ["narrow-layer", "too-few-steps", "no-test-split"]

    fixed = perceptui("doctor", str(trained.run), "--fix")
    assert fixed.lines[0] == f"# {trained.run} as the doctor repairs it; still as before: title."
    assert tomllib.loads(fixed.out)["optimizer"] == "Adam(lr=0.05)"
    assert (trained.run / "experiment.toml").read_bytes() == record


def test_data_is_looked_at_where_it_matters(bench: Bench) -> None:
    """Of a person's own table the worker tells scales and classes, and --fix standardizes it."""
    lines = [f"{i % 7},{1000 * (i % 5)},{'yes' if i % 20 else 'no'}" for i in range(400)]
    bench.write("t.csv", "a,b,y\n" + "\n".join(lines) + "\n")
    path = bench.write("e.toml", CSV)
    found = {one["code"]: one for one in perceptui("doctor", "e.toml", "--json").records}

    assert set(found) == {"unscaled-features", "class-imbalance", "contradicting-rows"}
    assert "b (from 0 to 4e+03) varies" in found["unscaled-features"]["message"]
    assert "right for 95.0% of them" in found["class-imbalance"]["message"]
    assert perceptui("doctor", "e.toml", "--fix", "--strict").code == 0
    assert "csv('t.csv', target='y', standardize=True)" in path.read_text("utf-8")
    assert read_file(path).class_weights == "balanced"


def test_numbers_to_predict_are_looked_at(bench: Bench) -> None:
    """Of a table whose target is far from 1 the figure is told, and what a person can do."""
    lines = [f"{i % 7},{250_000 + 1000 * (i % 90)}" for i in range(400)]
    bench.write("t.csv", "a,price\n" + "\n".join(lines) + "\n")
    text = CSV.replace("'y'", "'price', standardize=True").replace('"Linear(2)"', '"Linear(1)"')
    bench.write("e.toml", text.replace("CrossEntropyLoss", "MSELoss"))
    (found,) = perceptui("doctor", "e.toml", "--json").records

    assert (found["code"], found["severity"]) == ("unscaled-targets", "warning")
    assert found["message"].startswith("price is of size 2.93e+05, from 2.5e+05 to 3.39e+05, ")
    assert found["repair"] == "standardize it: standardize_target=True"


def test_absent_data_is_said_and_the_rest_examined(bench: Bench) -> None:
    """A file that is not there is a finding with the code 4, and the rules that need none go on."""
    bench.write("e.toml", CSV + 'seed = "random"\n')
    outcome = perceptui("doctor", "e.toml", "--json")

    assert outcome.code == 4
    assert [one["code"] for one in outcome.records] == ["no-such-file", "random-seed"]
    assert "t.csv: no such file" in outcome.records[0]["message"]
    assert outcome.err == ""
    assert perceptui("doctor", "e.toml", "--fix").code == 4


def test_the_file_that_is_meant_is_read(bench: Bench) -> None:
    """--fix writes its name, and mends what is found in it then."""
    rows = [f"{n % 7},{5_000 * (n % 5)},{n % 2}" for n in range(400)]
    bench.write("tt.csv", "\n".join(["a,b,y", *rows]) + "\n")
    path = bench.write("e.toml", CSV)
    outcome = perceptui("doctor", "e.toml", "--fix")

    assert outcome.code == 0
    assert read_file(path).data.values()["standardize"] is True
    assert "csv('tt.csv', " in path.read_text("utf-8")


def test_bad_experiment_is_refused(bench: Bench) -> None:
    """What the reader refuses is a finding like others, and the exit code 2 as everywhere."""
    bench.write("e.toml", SICK.replace("Linear(2)", "Linear(3)"))
    outcome = perceptui("doctor", "e.toml")
    assert (outcome.code, outcome.lines[0]) == (2, "error loss: output-width")
    assert "needs 2 outputs for 2 classes" in " ".join(outcome.out.split())
    assert "`perceptui doctor e.toml --fix` repairs that." in outcome.out


REFUSED = """\
# mine
data = "moons(samples=400)"
layers = [
    "Linaer(16)",  # wide
    "ReLU()",
    "Linear(3)",  # out
]
loss = "BCEWithLogitsLoss()"  # for two
epoch = 20  # few
optimizer = "Adam(learning_rate=0.01)"
batch_size = 32
test_fraction = 0.25
"""


def test_fix_repairs_what_is_refused(bench: Bench) -> None:
    """Slips of the pen and what does not fit are mended in the file, comments kept."""
    file = bench.write("e.toml", REFUSED)
    records = perceptui("doctor", "e.toml", "--json").records
    outcome = perceptui("doctor", "e.toml", "--fix")

    assert [(one["code"], one["place"]) for one in records] == [
        ("unknown-name", "layers[0]"),
        ("unknown-key", "epoch"),
        ("unknown-argument", "optimizer"),
    ]
    assert list(records[0]) == KEYS
    assert outcome.code == 0
    text = file.read_text()
    assert '"Linear(16)",  # wide' in text
    assert '"Linear(1)",  # out' in text
    assert "epochs = 20  # few" in text
    assert 'optimizer = "Adam(lr=0.01)"' in text
    assert perceptui("doctor", "e.toml").code == 0


def test_a_file_that_is_no_toml_is_a_finding_too(bench: Bench) -> None:
    """With --json there is an object; the message stands on stderr as everywhere."""
    bench.write("e.toml", "a = [\n")
    outcome = perceptui("doctor", "e.toml", "--json")

    assert outcome.code == 2
    assert [one["code"] for one in outcome.records] == ["file-unreadable"]
    assert "not valid TOML" in outcome.err


def test_a_refusal_that_nobody_can_mend_changes_nothing(bench: Bench) -> None:
    """--fix leaves a file alone that it can't make whole, with the refusal's exit code."""
    text = REFUSED.replace("ReLU()", "Quux()")
    file = bench.write("e.toml", text)
    outcome = perceptui("doctor", "e.toml", "--fix")

    assert (outcome.code, file.read_text()) == (2, text)
    assert "Nothing is written: a person must decide." in outcome.out


def test_show_has_the_findings(bench: Bench) -> None:
    """`show` prints the findings before the TOML; with --json they are in its object."""
    bench.write("e.toml", SICK)
    outcome = perceptui("show", "e.toml")
    assert outcome.lines.index("Doctor") + 1 == outcome.lines.index(
        "error layers[3]: double-softmax"
    )
    assert tomllib.loads(outcome.out[outcome.out.index("data = ") :])["epochs"] == 200

    (record,) = perceptui("show", "e.toml", "--json").records
    assert record["findings"] == perceptui("doctor", "e.toml", "--json").records


def test_a_rule_that_raises_is_one_finding(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are told as ever, the exit code is theirs, and --fix repairs what they find."""
    monkeypatch.setattr("engine.doctor.examination.ALL", (broken, *ALL))
    bench.write("e.toml", SICK)
    outcome = perceptui("doctor", "e.toml", "--json", "--strict")
    found = {record["code"]: record["severity"] for record in outcome.records}
    assert outcome.code == 5
    assert found == {"double-softmax": "error", "rule-failed": "info"}
    assert perceptui("doctor", "e.toml", "--fix").code == 0
    assert "Softmax" not in (bench.folder / "e.toml").read_text("utf-8")


def test_prove_tries_each_repair(bench: Bench) -> None:
    """Before and after, three seeds each: the rate alone makes the difference; no run is kept."""
    bench.write("e.toml", TWIN.replace("lr=0.01", "lr=1e-9"))
    outcome = perceptui("doctor", "e.toml", "--prove", "--json")
    proofs = [one for one in outcome.records if "proof" in one]
    assert [one["proof"] for one in proofs] == ["", "learning-rate-range", "too-few-steps"]
    assert {one["metric"] for one in proofs} == {"test_accuracy"}
    assert all(len(one["values"]) == 3 for one in proofs)
    assert proofs[0]["mean"] + 0.1 < proofs[-1]["mean"]
    assert not bench.runs()
    assert "give one of them" in perceptui("doctor", "e.toml", "--prove", "--fix").err


def test_prove_of_what_is_healthy_trains_nothing(bench: Bench) -> None:
    """Where no repair is known none is tried."""
    bench.write("e.toml", TWIN)
    lines = perceptui("doctor", "e.toml", "--prove").lines
    assert lines == ["Nothing is wrong.", "There is no repair to be tried."]
