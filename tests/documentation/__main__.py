"""Makes the tables of the documentation anew: `python -m tests.documentation`."""

from __future__ import annotations

from tests.documentation.pages import filled, texts
from tests.documentation.tables import ROOT

for name, text in texts().items():
    if (made := filled(text)) != text:
        (ROOT / name).write_text(made, "utf-8")
        print(name)
