"""Data sets. To add one, add its class here and its generator in generators/."""

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
    DataLocations,
    Dataset,
    Facts,
    Generator,
    Loading,
    LoadingVerb,
    OwnSplit,
    PictureFiles,
    PixelFigures,
    Pixels,
)

__all__ = [
    "Data",
    "DataLocations",
    "Dataset",
    "Facts",
    "Generator",
    "Loading",
    "LoadingVerb",
    "OwnSplit",
    "PictureFiles",
    "PixelFigures",
    "Pixels",
    "csv_file",
    "image_folder",
    "points",
    "surfaces",
    "tables",
    "torchvision_sets",
    "tutorials",
]
