"""What declaring data sets loads."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "torchvision", "sklearn", "numpy", "PIL", "pyarrow")


def test_declarations_import_nothing_heavy() -> None:
    """Importing the data sets, and telling their facts, loads no library of numbers."""
    code = (
        "import sys, engine.parts.data as data\n"
        "for cls in data.Data.members().values():\n"
        "    required = [p for _, p in cls.parameters().values() if p.required]\n"
        "    cls(*['/nonexistent'] * len(required)).facts()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
