"""A real notebook, executed as Jupyter does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

CELLS = [
    "from tui import python as perceptui\n"
    "training = perceptui.train('circle', epochs=3, seed=1, runs_dir='runs')\n"
    "[type(event).__name__ for event in training][-1]",
    "run = training.run\nrun",
    "epochs, losses = run.curve('train_loss')\nepochs.tolist()",
    "run.predict([[0.0, 0.0]])[0].predicted",
    "type(run.network()).__mro__[-2].__name__",
    "list(run.frame().columns)[:2]",
]


@pytest.mark.rare
def test_a_notebook(tmp_path: Path) -> None:
    """It trains, shows its run as HTML, and has curves, predictions, the network and a frame."""
    pytest.importorskip("nbclient", reason="needs nbclient")
    pytest.importorskip("ipykernel", reason="needs ipykernel")
    pytest.importorskip("pandas", reason="needs the extra notebook")
    import nbformat
    from nbclient import NotebookClient

    v4: Any = nbformat.v4  # it declares no types
    notebook = v4.new_notebook(cells=[*map(v4.new_code_cell, CELLS)])
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    outputs = [cell.outputs[-1].data for cell in notebook.cells]
    assert outputs[0]["text/plain"] == "'RunFinished'"
    assert outputs[1]["text/html"].startswith("<style>")
    assert "<h3>Circle</h3>" in outputs[1]["text/html"]
    assert outputs[2]["text/plain"] == "[1, 2, 3]"
    assert outputs[3]["text/plain"] in ("'inside'", "'outside'")
    assert outputs[4]["text/plain"] == "'Module'"
    assert outputs[5]["text/plain"] == "['step', 'train_loss']"
