"""Data sets: a class says what one is, without torch; a function behind it makes it."""

from engine.parts.data import (
    array_file,
    csv_file,
    image_folder,
    image_list,
    painting,
    point_file,
    points,
    series,
    surfaces,
    symbols,
    tables,
    text,
    torchvision_sets,
    tutorials,
)
from engine.parts.data.base import Data, Generator, PixelFigures
from engine.parts.data.dataset import Dataset, PictureFiles, Pixels, TableFile
from engine.parts.data.facts import Facts, OwnSplit, names_of_inputs
from engine.parts.data.locations import DataLocations, Loading, LoadingVerb

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
    "Provenance",
    "TableFile",
    "array_file",
    "csv_file",
    "image_folder",
    "image_list",
    "names_of_inputs",
    "painting",
    "point_file",
    "points",
    "series",
    "surfaces",
    "symbols",
    "tables",
    "text",
    "torchvision_sets",
    "tutorials",
]
