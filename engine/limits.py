"""How much of anything is read, kept or asked for at most: every limit, with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """The most of one thing that is taken; more is refused with a sentence, before any work."""

    what: str
    """What is limited, as the documentation's table names it."""
    most: int
    unit: str
    why: str
    """One sentence."""

    def refusal(self, count: int) -> str:
        """What is said of more than the most: `12 MB, more than the 1 MB that are taken`."""
        many, most = self.amount(count), self.amount(self.most).removesuffix(f" {self.unit}")
        if many == most:  # both rounded
            many, most = f"{count:,} bytes", f"{self.most:,}"
        return f"{many}, more than the {most} that are taken"

    def amount(self, count: int) -> str:
        """A number of them, for people; bytes are rounded."""
        return (
            in_bytes(count).replace(".0 ", " ")
            if self.unit == "bytes"
            else f"{count:,} {self.unit}"
        )


def in_bytes(count: int) -> str:
    """A number of bytes for people: `1.2 GB`."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if size < 999.5:
            break
        size, unit = size / 1000, larger
    digits = 0 if size >= 9.95 or unit == "bytes" else 1
    return f"{size:.{digits}f} {unit}"


WRITTEN = Limit(
    "what a network writes at a time",
    100_000,
    "characters",
    "Each is a whole pass through the network, and nobody reads more.",
)
DRAWN = Limit(
    "what a network makes at a time",
    100_000,
    "samples",
    "They are told one by one, and as many are seen as none.",
)
POINTS_FILE = Limit(
    "a file of points",
    100_000_000,
    "bytes",
    "A plane that is looked at in a terminal has room for a few thousand.",
)
TEXT_FILE = Limit(
    "a text to learn to write",
    20_000_000,
    "bytes",
    "A network that trains in a terminal sees no more in a day.",
)
TOML_FILE = Limit(
    "an experiment's, a preset's or the settings' file",
    1_000_000,
    "bytes",
    "Descriptions are texts that people write; numbers by the million belong into a CSV file.",
)
RUN_FILE = Limit(
    "a run's `experiment.toml`, `lease.json` or `losses.json`",
    8_000_000,
    "bytes",
    "What a run writes of the largest experiment is longer than the file it was read from.",
)
INDEX_FILE = Limit(
    "the index of a folder of runs",
    64_000_000,
    "bytes",
    "It holds 300,000 runs; a larger one is thrown away and made again.",
)
TOML_DEPTH = Limit(
    "a TOML key",
    16,
    "dotted parts",
    "No key of ours has more than three, and the time to read one grows with the square.",
)
CALL = Limit(
    "a call, or a list of calls on the command line",
    20_000,
    "characters",
    "Nobody types more, and a parser's memory grows with it.",
)
LAYERS = Limit(
    "layers of a network",
    1_000,
    "layers",
    "No network of more was of use (ResNet-1001), and one of plain layers ends long before.",
)
BLOCK_DEPTH = Limit(
    "blocks inside of blocks",
    8,
    "levels",
    "Nobody sees through more, and what reads a call goes down one by one.",
)
PREDICT = Limit(
    "`predict` of an experiment",
    10_000,
    "samples",
    "They are predicted and printed at every end; `perceptui predict RUN --csv FILE` takes more.",
)
LESSON_STEPS = Limit(
    "steps of a lesson",
    100,
    "steps",
    "A lesson takes minutes; what is longer is several lessons.",
)
CONDITION = Limit(
    "a condition, or a line of a solution, in a lesson",
    1_000,
    "characters",
    "Whoever reads a lesson must see what it asks for.",
)
CONDITION_DEPTH = Limit(
    "parentheses in a lesson's condition",
    16,
    "levels",
    "What reads a condition goes down one by one.",
)
TABLE_FILE = Limit(
    "a CSV file",
    2_000_000_000,
    "bytes",
    "A table is read into memory as a whole.",
)
STREAMED_FILE = Limit(
    "a table that is streamed",
    10_000_000_000_000,
    "bytes",
    "Its numbers are written to the disk once, and its targets are kept in memory.",
)
COLUMNS = Limit(
    "a CSV file's columns",
    100_000,
    "columns",
    "Every column is an input with a name of its own, and wider tables are matrices, not tables.",
)
TABLE_NOTE = Limit(
    "what is kept of a table that was read",
    200_000_000,
    "bytes",
    "Names and categories of the widest table are fewer.",
)
CELL = Limit(
    "a cell of a CSV file",
    131_072,
    "characters",
    "A longer one is a text or a quotation mark that was never closed.",
)
LINE = Limit(
    "a line of a CSV file",
    16_000_000,
    "bytes",
    "A file without line ends is no table, and is not read to its end to find out.",
)
PICTURE_FILE = Limit(
    "a picture's file",
    500_000_000,
    "bytes",
    "It is decoded in memory, and becomes 1,024 by 1,024 pixels at most.",
)
ARRAY_FILE = Limit(
    "an .npz file",
    50_000_000_000,
    "bytes",
    "Its arrays are read into memory as a whole, if there is room.",
)
PICTURE_TABLE = Limit(
    "a table that names pictures",
    200_000_000,
    "bytes",
    "Each of its rows is a file to be opened: two million of them.",
)
PICTURE = Limit(
    "a picture",
    178_956_970,
    "pixels",
    "Pillow's own limit: a small file that claims more is made to fill the memory.",
)
PICTURE_CACHE = Limit(
    "decoded pictures that are kept for the next training",
    10_000_000_000,
    "bytes",
    "A cache fills no disk: the folders that nobody trained on longest go first; "
    "`PERCEPTUI_IMAGE_CACHE_GB` is another number of GB, or 0.",
)
COMPILED_STEP = Limit(
    "a compiled step",
    100_000_000,
    "bytes",
    "Machine code for a network of a hundred layers has a few megabytes.",
)
WEIGHTS_FILE = Limit(
    "a checkpoint",
    200_000_000_000,
    "bytes",
    "Weights and optimizer state are read into memory as a whole.",
)
SNAPSHOTS_FILE = Limit(
    "a run's snapshots",
    2_000_000_000,
    "bytes",
    "They are a film of the training, not its result; `--snapshots` says how large it may get.",
)
REQUEST = Limit(
    "a request to a trainer",
    16_000_000,
    "bytes",
    "A training waits while one is read.",
)
ROWS = Limit(
    "samples in one request to a trainer",
    1_000,
    "samples",
    "A training waits while they are predicted; `perceptui predict` asks for more in parts.",
)
PICTURES = Limit(
    "pictures in one request to a trainer",
    200,
    "pictures",
    "A training waits while they are read and predicted; `perceptui predict` asks in parts.",
)
PICTURE_CELLS = Limit(
    "a drawn decision boundary",
    200_000,
    "cells",
    "A training waits while they are computed, and no terminal shows more.",
)
CLIENTS = Limit(
    "connections to a trainer",
    100,
    "connections",
    "Each takes one of the files that a process may have open, and checkpoints need some.",
)

ALL = (
    TOML_FILE,
    TOML_DEPTH,
    CALL,
    DRAWN,
    POINTS_FILE,
    LAYERS,
    BLOCK_DEPTH,
    PREDICT,
    LESSON_STEPS,
    CONDITION,
    CONDITION_DEPTH,
    TABLE_FILE,
    STREAMED_FILE,
    COLUMNS,
    LINE,
    CELL,
    TABLE_NOTE,
    PICTURE_FILE,
    ARRAY_FILE,
    PICTURE_TABLE,
    PICTURE,
    PICTURE_CACHE,
    COMPILED_STEP,
    WEIGHTS_FILE,
    SNAPSHOTS_FILE,
    RUN_FILE,
    INDEX_FILE,
    REQUEST,
    ROWS,
    PICTURES,
    PICTURE_CELLS,
    CLIENTS,
)
"""In the order of the documentation's table."""
