"""Compiles a step in a process of its own, whose memory ends with it.

python -m engine.training.compiled.compiler FOLDER, with an Order on stdin: leaves `step.so` there.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import zipfile
from pathlib import Path

import msgspec

from engine.decoding import decoded

LIBRARY, EXTERNAL = "step.so", "step.json"
"""The machine code, and what it calls of torch by name, where there is such a call."""


class Kind(msgspec.Struct, frozen=True):
    """What a tensor is, without its numbers."""

    shape: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: str


class Order(msgspec.Struct, frozen=True):
    """A step to be compiled."""

    text: str
    names: tuple[str, ...]
    tensors: tuple[Kind, ...]
    """Of those names; then inputs, targets and floats."""
    num_gradients: int
    clips: bool
    threads: int


def compile_step(order: Order, folder: Path) -> None:
    """Compile a step into a folder; raises whatever torch does."""
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(folder / "work")
    import torch
    from torch import nn

    from engine.training.compiled.source import as_function

    torch.set_num_threads(order.threads)
    step = as_function(order.text, order.names, order.num_gradients, clips=order.clips)

    class Module(nn.Module):
        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            return step(tensors[:-3], *tensors[-3:])

    examples = tuple(
        torch.empty_strided(kind.shape, kind.stride, dtype=getattr(torch, kind.dtype)).zero_()
        for kind in order.tensors
    )
    from torch._inductor import aoti_compile_and_package, config

    # To compile headers beforehand takes longer than they save once.
    with torch.no_grad(), config.patch(cpp_cache_precompile_headers=False):
        program = torch.export.export(Module(), examples, strict=False)
        package = aoti_compile_and_package(program, package_path=str(folder / "step.pt2"))
    with zipfile.ZipFile(package) as packed:
        names = {Path(name).name: name for name in packed.namelist()}
        library = next(name for name in names if name.endswith(".so"))
        external = library.removesuffix(".so") + ".json"
        for name, place in ((library, LIBRARY), (external, EXTERNAL)):
            if name in names:
                (folder / place).write_bytes(packed.read(names[name]))
    Path(package).unlink()
    shutil.rmtree(folder / "work", ignore_errors=True)


def main() -> int:
    """Compile what stdin asks for into the folder of the argument."""
    logging.disable(logging.WARNING)
    order = decoded(sys.stdin.buffer.read(), Order)
    try:
        compile_step(order, Path(sys.argv[1]))
    except Exception as error:  # torch's compiler raises many kinds
        sys.stdout.write(f"{type(error).__name__}: {error}".strip()[:2_000])
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # whatever torch would still tidy up takes longer than that
