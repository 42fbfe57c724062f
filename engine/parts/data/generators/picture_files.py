"""Finding the pictures of a folder; without torch, so that facts can be told without it."""

from pathlib import Path


def picture_files(path: str) -> dict[str, list[Path]]:
    """The pictures in each subfolder of a folder, everything in order of name."""
    suffixes = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".pgm", ".ppm", ".tif", ".tiff"}
    pictures = {}
    for folder in sorted(Path(path).iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            files = sorted(file for file in folder.iterdir() if not file.name.startswith("."))
            pictures[folder.name] = [file for file in files if file.suffix.lower() in suffixes]
    return pictures
