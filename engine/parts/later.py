"""torch, imported when first something of it is used: what describes must not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch as torch  # handed on
else:

    class _Later:
        """Stands for torch in functions whose source is printed as it stands."""

        def __getattr__(self, name: str) -> object:
            import torch

            return getattr(torch, name)

    torch = _Later()
