"""Experiments that nobody means well: as files, by name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

GOOD = """\
title = "Circle"
data = "circle(samples=20)"
layers = ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"]
loss = "BCELoss()"
optimizer = "SGD(lr=0.1)"
epochs = 3
"""


def _with(key: str, value: str) -> str:
    kept = [line for line in GOOD.splitlines() if not line.startswith(f"{key} ")]
    return "\n".join((*kept, f"{key} = {value}", ""))


_CALLS = (
    "__import__('os').system('touch PWNED')",
    "(lambda: 0)()",
    "Linear(4)()",
    "Linear(**{'out_features': 4})",
    "Linear(10**10**10)",
    "Linear(99999999999999999999)",
    "Linear(-1)",
    "Linear(1e400)",
    "Linear(nan)",
    "Linear(4" + ")" * 500,
    "(" * 5000 + ")" * 5000,
    "Linear(" + "-" * 20_000 + "1)",
    "Linear(" + "9" * 10_000 + ")",
    "L" * 1_000_000,
    "Linear(4)\\u0000",
    "Linear(4)\\u001b[31m",
    "Linear(4)\\u202e",
    "Conv2d(4, 99999999)",
    "Dropout(2)",
    "open('/etc/passwd')",
    "f'{1}'",
    "",
)
_VALUES = (
    ("epochs", "-1"), ("epochs", "99999999999999999999999"), ("epochs", "1.5"),
    ("epochs", "true"), ("epochs", "nan"), ("epochs", '"3"'), ("epochs", "[3]"),
    ("seed", "-1"), ("seed", "1e308"), ("threads", "100000"), ("threads", "0"),
    ("batch_size", "0"), ("batch_size", "-5"), ("report_every", "0"),
    ("validation_fraction", "1.0"), ("validation_fraction", "nan"), ("l2", "-inf"),
    ("device", '"cuda:99"'), ("device", '"../../dev"'), ("predict", "[[1]]"),
    ("predict", "[" * 400 + "]" * 400), ("title", "[1]"), ("title", '"\\u001b]0;x\\u0007"'),
    ("summary", '"' + "x" * 1_000_000 + '"'), ("start_from", '"/dev/zero"'),
    ("start_from", '"fifo"'), ("start_from", '"\\u001b[201~"'), ("nonsense", "1"),
    ("data", '"csv(path=\\"/dev/zero\\", target=\\"a\\")"'),
    ("data", '"csv(path=\\"fifo\\", target=\\"a\\")"'),
    ("data", '"csv(path=\\".\\", target=\\"a\\")"'),
    ("data", '"csv(path=\\"~nobody-of-this-name/a.csv\\", target=\\"a\\")"'),
    ("data", '"images(path=\\"/proc\\")"'), ("data", '"circle(samples=99999999999999)"'),
    ("data", '"circle(noise=nan)"'), ("data", '"spiral(samples=-3)"'), ("layers", "[]"),
    ("layers", '"Linear(4)"'), ("layers", "[1, 2]"), ("layers", '[["Linear(4)"]]'),
    ("layers", '["Linear(80000)", "Linear(80000)", "Linear(1)"]'),
    ("layers", "[" + '"Linear(2)", ' * 10_000 + "]"), ("optimizer", '"SGD(lr=nan)"'),
    ("optimizer", '"SGD(lr=-1)"'), ("optimizer", '"SGD(lr=1e999)"'), ("loss", '"Nothing()"'),
    ("schedule", '"StepLR(0)"'), ("precision", '"float9"'),
)  # fmt: skip


def hostile(folder: Path) -> Iterator[Path]:
    """Write them one after the other; what makes a device or a pipe is among them."""
    texts: dict[str, str | bytes] = {
        "empty": "",
        "nothing-asked": 'title = "x"\n',
        "dotted": ".".join("a" * 20_000) + " = 1\n",
        "deep-list": "a = " + "[" * 20_000 + "]" * 20_000,
        "deep-table": "a = " + "{b = " * 5000 + "1" + "}" * 5000,
        "headers": "".join(f"[{'.'.join('a' * n)}]\n" for n in range(1, 300)),
        "many-keys": GOOD + "".join(f"k{n} = {n}\n" for n in range(50_000)),
        "twice": GOOD + 'loss = "MSELoss()"\n',
        "not-utf-8": GOOD.encode() + b'summary = "\xff\xfe"\n',
        "utf-16": GOOD.encode("utf-16"),
        "bom": b"\xef\xbb\xbf" + GOOD.encode() + b"nonsense = 1\n",
        "nul": GOOD.encode() + b"\x00",
        "escape-codes": GOOD.encode() + b"\x1b[2J\x1b]52;c;eA==\x07 = 1\n",
        "half": GOOD[:90],
        "quote": 'title = """' + "x" * 100_000,
        "digits": "epochs = " + "9" * 200_000,
        "date": _with("epochs", "1979-05-27T07:32:00Z"),
        "binary": os.urandom(20_000),
        "big": GOOD.encode() + b"# " + b"x" * (30 << 20),
    }
    texts |= {f"call-{n}": _with("layers", f'["{call}"]') for n, call in enumerate(_CALLS)}
    texts |= {f"{key}-{n}": _with(key, value) for n, (key, value) in enumerate(_VALUES)}
    os.mkfifo(folder / "fifo")
    for name, text in texts.items():
        path = folder / f"{name}.toml"
        path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
        yield path
    (folder / "folder.toml").mkdir()
    os.mkfifo(folder / "pipe.toml")
    (folder / "endless.toml").symlink_to("/dev/zero")
    (folder / "loop.toml").symlink_to("loop.toml")
    (folder / "nowhere.toml").symlink_to("not there")
    for name in ("folder", "pipe", "endless", "loop", "nowhere"):
        yield folder / f"{name}.toml"
    for odd in (
        "line\nbreak.toml",
        "esc\x1b[31m.toml",
        "x" * 300 + ".toml",
        "-- --json.toml",
        "~nobody-of-this-name.toml",
    ):
        yield folder / odd
