"""Drawings as SVG."""

from tui.report.plots.canvas import drawn

__all__ = ["drawn"]
