"""Files are written in one place and deleted in one, which know links, names and modes."""

from __future__ import annotations

import re
from pathlib import Path

import engine
import tui

_CHANGING = re.compile(
    r"\.write_(?:bytes|text)\(|\.touch\((?:\)|mode|exist_ok)|\bopen\([^)]*\"[wax+]b?\"|\bos\.open\((?![^\n]*O_RDONLY)|save_file\("
    r"|\.unlink\(|os\.remove|\.rmdir\(|rmtree|\bos\.(?:replace|rename)|\.rename\(|\.chmod\("
    r"|mkstemp|mkdtemp|TemporaryFile|os\.link|symlink_to"
)
_ROOMS = {
    "engine/runs/files.py": "writes whatever is kept",
    "engine/runs/directory.py": "writes where it is told by files.py",
    "engine/runs/contents.py": "removes what a run wrote",
    "engine/runs/deletion.py": "puts a run aside first",
    "engine/runs/index.py": "removes old ones of its own from the cache",
    "engine/runs/lease.py": "gives its own run free",
    "engine/notices/choice.py": "makes the file for its owner's eyes before it is written",
    "engine/notices/herald.py": "adds to its run's log",
    "engine/notices/terminal.py": "rings the terminal that a training was started from",
    "engine/training/checkpoint.py": "writes where it is told by files.py",
    "engine/parts/data/sheet/table_cache.py": "makes folders of its own in the cache",
    "engine/parts/data/sheet/cache_entry.py": "writes into such a folder, which is new and private",
    "engine/parts/data/sheet/streamed.py": "writes into such a folder too",
    "engine/parts/data/sheet/reader_process.py": "has files without a name for what it is told",
    "engine/parts/data/picture_entries.py": "makes folders of its own in the cache",
    "engine/parts/data/picture_cache.py": "writes into files of such a folder",
    "engine/kept_folders.py": "forgets folders of the program's own in the cache",
    "engine/training/compiled/entries.py": "makes them",
    "engine/training/compiled/compiler.py": "writes into such a folder, which is new and private",
    "engine/training/learned_elsewhere.py": "puts what has come whole beside what torch's hub has",
    "engine/parts/data/download.py": "unpacks into a folder of its own",
    "engine/parts/data/torchvision_sets.py": "unpacks into that folder",
    "engine/parts/data/shelf.py": "removes the published files of a set, by their names",
    "engine/service/worker/checkpoints.py": "rescues weights into a folder of its own",
    "engine/service/protocol/socket_directory.py": "sweeps sockets and logs in a folder of its own",
    "engine/service/worker/socket_server.py": "removes its own socket",
    "engine/service/client/launch.py": "makes a trainer's log in that folder",
    "engine/service/worker/process.py": "removes that log",
    "engine/service/protocol/warm.py": "takes the note of a trainer that waits away",
    "engine/memory.py": "tells the kernel whom to end first",
    "engine/sweeps/directory.py": "has a file without a name, to see whether there is room",
    "engine/sweeps/cluster_node.py": "makes a folder of its own for a task's runs",
    "engine/sweeps/storage.py": "puts a trial's run in the place of what is left of it",
    "engine/training/streaming/reading_process.py": "removes the folder of its dead trainer",
    "engine/export/tensorboard.py": "removes the event files of the same run, once there are new",
    "tui/terminal/streams.py": "opens /dev/null",
}
"""Who may, and what for."""


def test_nothing_else_writes_or_deletes() -> None:
    """Whoever does so for himself follows links, or deletes what is not his."""
    top = Path(engine.__file__).parent.parent
    sources = [
        path
        for package in (engine, tui)
        for path in Path(str(package.__file__)).parent.rglob("*.py")
    ]
    found = {
        str(path.relative_to(top)) for path in sources if _CHANGING.search(path.read_text("utf-8"))
    }
    assert found - _ROOMS.keys() == set()
    assert _ROOMS.keys() - found == set()
