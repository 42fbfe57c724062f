"""The optimizers' updates, without Optimizer.step: PyTorch's own kernels in PyTorch's order.

An update is either source for each parameter, the calls of `_single_tensor_*` in torch.optim,
or, with fused=True, one call of PyTorch's fused kernel over all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, optim

from engine.training.parameter_groups import SHARE
from engine.training.traced.errors import Untraceable

Group = dict[str, Any]
"""An entry of optimizer.param_groups."""
Lists = dict[str, list[Tensor]]
"""The optimizer's state by name, in the order of the parameters."""
Fused = Callable[[list[Tensor], list[Tensor], Lists, Group], None]


def _no_values(group: Group, step: float) -> tuple[float, ...]:
    return ()


@dataclass(frozen=True)
class Update:
    """How one optimizer changes the parameters."""

    state: tuple[str, ...] = ()
    """Names of the state tensors, as the optimizer has them."""
    lines: tuple[str, ...] = ()
    """Source; `#` is the number of a parameter, `parameter#`, `gradient#`, `exp_avg#` tensors."""
    numbers: tuple[str, ...] = ()
    """Floats that the lines use; those of a group of parameters, where there are several."""
    values: Callable[[Group, float], tuple[float, ...]] = _no_values
    """Those floats for the next step; step: how many it makes, itself included."""
    fused: Fused | None = None
    """Called with parameters, gradients, state and settings; there are no lines then."""


def update_of(optimizer: optim.Optimizer) -> Update:
    """The update that this optimizer's settings ask for; raises Untraceable."""
    first, *others = optimizer.param_groups
    if any(_shared(group) != _shared(first) for group in others):
        raise Untraceable("the optimizer's groups differ in more than their rates")
    return update_for(type(optimizer), first)


def lines_of(optimizer: optim.Optimizer) -> Update:
    """The same as lines, also where the settings ask for one fused call; raises Untraceable."""
    update_of(optimizer)
    return update_for(type(optimizer), {**optimizer.param_groups[0], "fused": False})


def _shared(group: Group) -> Group:
    """The settings that groups have in common."""
    return {name: value for name, value in group.items() if name not in ("params", "lr", SHARE)}


def update_for(kind: type[optim.Optimizer], group: Group) -> Update:
    """The update of an optimizer with these settings; raises Untraceable."""
    write = _WRITERS.get(kind)
    if write is None:
        raise Untraceable(f"{kind.__name__} has no traced form of its own steps yet")
    for setting in ("maximize", "differentiable", "capturable", "foreach"):
        if group.get(setting):
            raise Untraceable(f"the optimizer has {setting}=True")
    if isinstance(group["lr"], Tensor):
        raise Untraceable("the learning rate is a tensor")
    return write(group)


def variant(group: Group) -> bool:
    """What of the settings a schedule may change so that another update is needed."""
    return bool(group.get("momentum"))


_DECAY = "gradient# = torch.add(gradient#, parameter#, alpha=weight_decay)"
_COUNT = "step#.add_(1)"


def _sgd(group: Group) -> Update:
    state = ("momentum_buffer",) if group["momentum"] != 0 else ()
    if group["fused"]:
        return Update(state, fused=_fused_sgd)
    lines = [_DECAY] if group["weight_decay"] != 0 else []
    if state:
        lines.append("momentum_buffer#.mul_(momentum).add_(gradient#, alpha=undamped)")
        lines.append(
            "gradient# = torch.add(gradient#, momentum_buffer#, alpha=momentum)"
            if group["nesterov"]
            else "gradient# = momentum_buffer#"
        )
    lines.append("parameter#.add_(gradient#, alpha=minus_lr)")
    if len(lines) == 1:
        return Update(state, tuple(lines), ("minus_lr",), lambda g, step: (-g["lr"],))
    return Update(
        state,
        tuple(lines),
        ("minus_lr", "weight_decay", "momentum", "undamped"),
        lambda g, step: (-g["lr"], g["weight_decay"], g["momentum"], 1 - g["dampening"]),
    )


def _fused_sgd(
    parameters: list[Tensor], gradients: list[Tensor], state: Lists, group: Group
) -> None:
    torch._fused_sgd_(
        parameters,
        gradients,
        state.get("momentum_buffer", []),
        weight_decay=group["weight_decay"],
        momentum=group["momentum"],
        lr=group["lr"],
        dampening=group["dampening"],
        nesterov=group["nesterov"],
        maximize=False,
        is_first_step=False,
    )


def _adam(group: Group) -> Update:
    largest = "max_exp_avg_sq" if group["amsgrad"] else ""
    state = ("exp_avg", "exp_avg_sq", "step", *filter(None, [largest]))
    if group["fused"]:
        return Update(state, fused=_fused_adam)
    lines = [_COUNT]
    if group["weight_decay"] != 0:
        decoupled = group["decoupled_weight_decay"]
        lines.append("parameter#.mul_(shrinkage)" if decoupled else _DECAY)
    lines += [
        "exp_avg#.lerp_(gradient#, weight1)",
        "exp_avg_sq#.mul_(beta2).addcmul_(gradient#, gradient#, value=weight2)",
    ]
    if largest:
        lines.append("torch.maximum(max_exp_avg_sq#, exp_avg_sq#, out=max_exp_avg_sq#)")
    lines += [
        f"scale# = torch.sqrt({largest or 'exp_avg_sq'}#).div_(correction).add_(eps)",
        "parameter#.addcdiv_(exp_avg#, scale#, value=minus_size)",
    ]
    numbers = ("weight_decay", "shrinkage", "weight1", "beta2", "weight2", "correction", "eps")
    return Update(state, tuple(lines), (*numbers, "minus_size"), _adam_values)


def _adam_values(group: Group, step: float) -> tuple[float, ...]:
    beta1, beta2 = group["betas"]
    lr, weight_decay = group["lr"], group["weight_decay"]
    size = lr / (1 - beta1**step)
    correction = (1 - beta2**step) ** 0.5
    shrinkage = 1 - lr * weight_decay
    eps = group["eps"]
    return weight_decay, shrinkage, 1 - beta1, beta2, 1 - beta2, correction, eps, -size


def _fused_adam(
    parameters: list[Tensor], gradients: list[Tensor], state: Lists, group: Group
) -> None:
    torch._foreach_add_(state["step"], 1)
    kernel = torch._fused_adamw_ if group["decoupled_weight_decay"] else torch._fused_adam_
    beta1, beta2 = group["betas"]
    kernel(
        parameters,
        gradients,
        state["exp_avg"],
        state["exp_avg_sq"],
        state.get("max_exp_avg_sq", []),
        state["step"],
        lr=group["lr"],
        beta1=beta1,
        beta2=beta2,
        weight_decay=group["weight_decay"],
        eps=group["eps"],
        amsgrad=group["amsgrad"],
        maximize=False,
    )


def _rmsprop(group: Group) -> Update:
    state = ["square_avg", "step"]
    lines = [_COUNT] + ([_DECAY] if group["weight_decay"] != 0 else [])
    lines.append("square_avg#.mul_(alpha).addcmul_(gradient#, gradient#, value=weight)")
    if group["centered"]:
        state.append("grad_avg")
        lines += [
            "grad_avg#.lerp_(gradient#, weight)",
            "scale# = torch.addcmul(square_avg#, grad_avg#, grad_avg#, value=-1).sqrt_()",
        ]
    else:
        lines.append("scale# = torch.sqrt(square_avg#)")
    lines.append("scale#.add_(eps)")
    if group["momentum"] > 0:
        state.append("momentum_buffer")
        lines += [
            "momentum_buffer#.mul_(momentum).addcdiv_(gradient#, scale#)",
            "parameter#.add_(momentum_buffer#, alpha=minus_lr)",
        ]
    else:
        lines.append("parameter#.addcdiv_(gradient#, scale#, value=minus_lr)")
    return Update(
        tuple(state),
        tuple(lines),
        ("weight_decay", "alpha", "weight", "eps", "momentum", "minus_lr"),
        _rmsprop_values,
    )


def _rmsprop_values(group: Group, step: float) -> tuple[float, ...]:
    alpha = group["alpha"]
    return group["weight_decay"], alpha, 1 - alpha, group["eps"], group["momentum"], -group["lr"]


def _adamax(group: Group) -> Update:
    lines = [_COUNT] + ([_DECAY] if group["weight_decay"] != 0 else [])
    lines += [
        "exp_avg#.lerp_(gradient#, weight1)",
        "torch.maximum(exp_inf#.mul_(beta2), gradient#.abs().add_(eps), out=exp_inf#)",
        "parameter#.addcdiv_(exp_avg#, exp_inf#, value=minus_size)",
    ]
    numbers = ("weight_decay", "weight1", "beta2", "eps", "minus_size")
    return Update(("exp_avg", "exp_inf", "step"), tuple(lines), numbers, _adamax_values)


def _adamax_values(group: Group, step: float) -> tuple[float, ...]:
    beta1, beta2 = group["betas"]
    size = group["lr"] / (1 - beta1**step)
    return group["weight_decay"], 1 - beta1, beta2, group["eps"], -size


def _adadelta(group: Group) -> Update:
    lines = [_COUNT] + ([_DECAY] if group["weight_decay"] != 0 else [])
    lines += [
        "square_avg#.mul_(rho).addcmul_(gradient#, gradient#, value=weight)",
        "scale# = torch.add(square_avg#, eps).sqrt_()",
        "delta# = torch.add(acc_delta#, eps).sqrt_().div_(scale#).mul_(gradient#)",
        "acc_delta#.mul_(rho).addcmul_(delta#, delta#, value=weight)",
        "parameter#.add_(delta#, alpha=minus_lr)",
    ]
    numbers = ("weight_decay", "rho", "weight", "eps", "minus_lr")
    return Update(("square_avg", "acc_delta", "step"), tuple(lines), numbers, _adadelta_values)


def _adadelta_values(group: Group, step: float) -> tuple[float, ...]:
    rho = group["rho"]
    return group["weight_decay"], rho, 1 - rho, group["eps"], -group["lr"]


def _adagrad(group: Group) -> Update:
    state = ("sum", "step")
    if group["fused"]:
        return Update(state, fused=_fused_adagrad)
    lines = [_COUNT] + ([_DECAY] if group["weight_decay"] != 0 else [])
    lines += [
        "sum#.addcmul_(gradient#, gradient#, value=1)",
        "scale# = torch.sqrt(sum#).add_(eps)",
        "parameter#.addcdiv_(gradient#, scale#, value=minus_rate)",
    ]
    return Update(state, tuple(lines), ("weight_decay", "eps", "minus_rate"), _adagrad_values)


def _adagrad_values(group: Group, step: float) -> tuple[float, ...]:
    rate = group["lr"] / (1 + (step - 1) * group["lr_decay"])
    return group["weight_decay"], group["eps"], -rate


def _fused_adagrad(
    parameters: list[Tensor], gradients: list[Tensor], state: Lists, group: Group
) -> None:
    torch._foreach_add_(state["step"], 1)
    torch._fused_adagrad_(
        parameters,
        gradients,
        state["sum"],
        state["step"],
        lr=group["lr"],
        lr_decay=group["lr_decay"],
        weight_decay=group["weight_decay"],
        eps=group["eps"],
        maximize=False,
    )


_WRITERS: dict[type[optim.Optimizer], Callable[[Group], Update]] = {
    optim.SGD: _sgd,
    optim.Adam: _adam,
    optim.AdamW: _adam,
    optim.Adamax: _adamax,
    optim.Adadelta: _adadelta,
    optim.RMSprop: _rmsprop,
    optim.Adagrad: _adagrad,
}
