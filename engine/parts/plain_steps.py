"""Optimizers of torch.optim without the compiler, which each of them would import.

To say that it is not to be compiled, an optimizer imports torch._dynamo when it is made and at each
step: that takes nearly as long as torch itself, and a hundred megabytes. What runs is the same
function of torch's; no number changes by it.
"""

from __future__ import annotations

import sys
import weakref
from inspect import unwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import optim

_DECORATED_IN = "_compile.py"
_KEPT_AS = "__dynamo_disable"
"""What torch's decorator looks for on the function that it decorates, before it imports."""


def leave_compiler_out() -> None:
    """Have what torch's optimizers are made of not import the compiler.

    For a process of its own, like the worker: other code may compile optimizers. Where torch
    decorates them otherwise, nothing happens, and they import it as ever.
    """
    from torch import optim

    if "torch._dynamo" in sys.modules:
        return
    for method in vars(optim.Optimizer).values():
        plain = getattr(method, "__wrapped__", None)
        code = getattr(method, "__code__", None)
        if plain is not None and code is not None and code.co_filename.endswith(_DECORATED_IN):
            vars(plain).setdefault(_KEPT_AS, plain)


def step_plainly(optimizer: optim.Optimizer) -> None:
    """Give this optimizer its class's step as it is written, without hooks and decorators."""
    import torch

    plain = unwrap(type(optimizer).step)
    this = weakref.ref(optimizer)  # so that it goes when nobody needs it, and its memory with it

    def step(closure: Any = None) -> Any:
        with torch.no_grad():
            return plain(this(), closure)

    optimizer.step = step  # type: ignore[method-assign]  # of this one alone
