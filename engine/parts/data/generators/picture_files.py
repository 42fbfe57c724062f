"""Finding the pictures of a folder; without torch, so that facts can be told without it."""

from pathlib import Path


def subfolders(folder: Path) -> list[Path]:
    """A folder's own folders in order of name, less hidden ones and what a Mac packs beside."""
    return sorted(
        entry
        for entry in folder.iterdir()
        if entry.is_dir() and not entry.name.startswith(".") and entry.name != "__MACOSX"
    )


def class_folders(path: str) -> list[Path]:
    """The folders of the classes: a folder's own, or those of the only one that it has."""
    folders = subfolders(Path(path))
    while len(folders) == 1 and (deeper := subfolders(folders[0])):
        folders = deeper
    return folders


def pictures_in(folder: Path) -> list[Path]:
    """The pictures in a folder and its own folders, in order of name."""
    suffixes = {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".webp"}
    suffixes |= {".pbm", ".pgm", ".ppm", ".pnm", ".tif", ".tiff"}
    pictures = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            continue
        if entry.is_dir():
            pictures += [] if entry.is_symlink() else pictures_in(entry)
        elif entry.suffix.lower() in suffixes:
            pictures.append(entry)
    return pictures


def picture_files(path: str) -> dict[str, list[Path]]:
    """The pictures of each class, everything in order of name."""
    return {folder.name: pictures_in(folder) for folder in class_folders(path)}
