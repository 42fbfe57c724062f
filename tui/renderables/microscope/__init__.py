"""A step in its parts, as rows of text: for the microscope and for `perceptui explain`."""

from tui.renderables.microscope.parts import code_rows, part_lines, part_rows, part_title
from tui.renderables.microscope.update import told_weights

__all__ = ["code_rows", "part_lines", "part_rows", "part_title", "told_weights"]
