"""Data sets. To add one, add its class here and its generator in generators/."""

from engine.parts.data import (
    array_file,
    csv_file,
    image_folder,
    image_list,
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
    "array_file",
    "csv_file",
    "image_folder",
    "image_list",
    "points",
    "surfaces",
    "tables",
    "torchvision_sets",
    "tutorials",
]
