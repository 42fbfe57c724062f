"""What others read of a run. To add a format, add its class to one of the modules here."""

from engine.export import script, table, tensorboard, trained_network
from engine.export.format import FORMATS, Format

__all__ = ["FORMATS", "Format", "script", "table", "tensorboard", "trained_network"]
