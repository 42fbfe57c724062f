"""Makes all that is written of the declarations anew: `python -m tests.documentation`."""

from __future__ import annotations

import json

from tests.documentation.pages import WORDS, filled, texts
from tests.documentation.tables import ROOT
from tui.shell.words import words

WORDS.write_text(json.dumps(words(), indent=1, ensure_ascii=False) + "\n", "utf-8")
for name, text in texts().items():
    if (made := filled(text)) != text:
        (ROOT / name).write_text(made, "utf-8")
        print(name)
