"""Data sets. To add one, add its class here and its law in laws/."""

from engine.parts.data import (
    csv_file,
    image_folder,
    points,
    surfaces,
    tables,
    torchvision_sets,
    tutorials,
)
from engine.parts.data.base import (
    Data,
    Dataset,
    Download,
    Facts,
    Law,
    PictureFiles,
    PixelFigures,
    Pixels,
    Places,
)

__all__ = [
    "Data",
    "Dataset",
    "Download",
    "Facts",
    "Law",
    "PictureFiles",
    "PixelFigures",
    "Pixels",
    "Places",
    "csv_file",
    "image_folder",
    "points",
    "surfaces",
    "tables",
    "torchvision_sets",
    "tutorials",
]
