"""A network from within, as rows of text: its units as tiles, its weights as lines."""

from tui.renderables.network.arrangement import Arrangement, Shape, arrange
from tui.renderables.network.drawing import NetworkDrawing, shapes_of
from tui.renderables.network.names import column_name, layer_name, unit_name

__all__ = [
    "Arrangement",
    "NetworkDrawing",
    "Shape",
    "arrange",
    "column_name",
    "layer_name",
    "shapes_of",
    "unit_name",
]
