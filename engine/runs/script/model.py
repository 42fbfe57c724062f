"""The script's second part: network, loss, optimizer."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from textwrap import indent

from engine.parts.component import Component, quoted
from engine.parts.layers.address import expression, fillings
from engine.parts.layers.base import torch_literal
from engine.runs.script.plan import Piece, Plan, function_lines
from engine.spec.chain import every
from engine.spec.experiment import Experiment
from engine.spec.freezing import head_of


def model_piece(plan: Plan) -> Piece:
    """Build the network with fresh or stored weights, the loss and the optimizer."""
    experiment = plan.experiment
    objective = experiment.objective
    owned: list[tuple[Component, type | None]]
    all_links = [*every(plan.chain), *every(plan.rivals)]
    owned = [(link.layer, link.layer.own_module()) for link in all_links]
    kind = objective.own_network()
    owned.append((objective, kind))
    piece = Piece()
    network = "nn.Sequential" if kind is None else kind.__name__
    piece.lines += [*_definitions(owned, piece), "", "# The network.", f"model = {network}("]
    layers = [f"{link.layer.code(link.input_shape)}," for link in plan.chain]
    piece.lines += indent("\n".join(layers), "    ").splitlines()
    begun = [one.code(expression(at, "model")) for at, one in fillings(experiment.network)]
    if begun:
        piece.lines += [")", "# First weights in place of PyTorch's own.", *begun]
        piece.lines += [] if plan.on_cpu else [f"model{plan.to_device}"]
    else:
        piece.lines.append(f"){plan.to_device}")
    piece.lines += _discriminator(plan)
    taken = [link.address for link in every(plan.chain) if link.layer.starts_from_file]
    piece.lines += [f"{expression(address, 'model')}.take_learned()" for address in taken]
    if experiment.start_from:
        piece.imports.add("from safetensors.torch import load_file")
        head = f"{head_of(plan.chain)}."
        what = "the weights, but for the head," if experiment.new_head else "the weights"
        unless = f" and not name.startswith({quoted(head)})" if experiment.new_head else ""
        piece.lines += [
            "",
            f"# It goes on from {what} of an earlier training, by name and shape.",
            f"tensors = load_file({quoted(experiment.start_from)})",
            "for name, own in model.state_dict().items():",
            '    stored = tensors.get(f"model.{name}")',
            f"    if stored is not None and stored.shape == own.shape{unless}:",
            "        own.copy_(stored)",
        ]
        if plan.rivals:
            piece.lines += [
                "for name, own in discriminator.state_dict().items():",
                '    stored = tensors.get(f"model.discriminator.{name}")',
                "    if stored is not None and stored.shape == own.shape:",
                "        own.copy_(stored)",
            ]
    piece.lines += _freezing(plan)
    if plan.experiment.precision == "bf16":
        piece.lines += _forward(plan)
    class_weights = "class_weights" if experiment.class_weights is not None else ""
    piece.lines += [
        *_definitions(
            [
                (experiment.loss, experiment.loss.own_module()),
                (objective, objective.own_loss()),
                (experiment.optimizer, experiment.optimizer.own_class()),
            ],
            piece,
        ),
        "",
        f"criterion = {_criterion(experiment, class_weights)}",
        *_optimizer(plan),
        *_other_optimizer(plan),
    ]
    if experiment.threads not in ("auto", 1):
        piece.lines += ["", f"torch.set_num_threads({experiment.threads})"]
    return piece


def _criterion(experiment: Experiment, class_weights: str) -> str:
    """The expression that builds what is made small."""
    code, around = experiment.loss.code(class_weights), experiment.objective.own_loss()
    if around is None:
        return code
    given = (f", {name}={value!r}" for name, value in experiment.objective.weighing().items())
    return f"{around.__name__}({code}{''.join(given)})"


def _discriminator(plan: Plan) -> list[str]:
    """Build the network that tells what the first one makes from the data."""
    layers = [f"{link.layer.code(link.input_shape)}," for link in plan.rivals]
    if not layers:
        return []
    begun = fillings(plan.experiment.objective.rival or ())
    return [
        "",
        "# The discriminator, that tells points of the data from made ones.",
        "discriminator = nn.Sequential(",
        *indent("\n".join(layers), "    ").splitlines(),
        f"){'' if begun else plan.to_device}",
        *(one.code(expression(at, "discriminator")) for at, one in begun),
        *([f"discriminator{plan.to_device}"] if begun and not plan.on_cpu else []),
    ]


def _freezing(plan: Plan) -> list[str]:
    """Take what is not trained out of the training."""
    if not plan.frozen:
        return []
    return [
        "",
        "# Frozen: what these layers have learned stays, and they work as in an evaluation.",
        f"frozen = nn.ModuleList(model[index] for index in {list(plan.frozen)!r})",
        "frozen.requires_grad_(False)",
        "frozen.eval()",
    ]


def _optimizer(plan: Plan) -> list[str]:
    """Make the optimizer, of groups of parameters where layers learn at rates of their own."""
    optimizer = plan.experiment.optimizer
    if not plan.shares:
        return [f"optimizer = {optimizer.code(_trained(plan))}"]
    numbers = range(len(plan.chain))
    learning = [n for n in numbers if plan.chain[n].num_parameters and n not in plan.frozen]
    by_share: dict[float, list[int]] = {1.0: []}
    for number in learning:
        by_share.setdefault(plan.shares.get(number, 1.0), []).append(number)
    lines = ["# Layers that learn at a share of the learning rate.", "groups = ["]
    for share, own in by_share.items():
        layers = ", ".join(f"model[{number}]" for number in own)
        rate = f"{torch_literal(optimizer.lr)} * {share!r}"
        parameters = f"nn.ModuleList([{layers}]).parameters()"
        lines.append(f'    {{"params": {parameters}, "lr": {rate}, "share": {share!r}}},')
    return [*lines, "]", f"optimizer = {optimizer.code('groups')}"]


def _other_optimizer(plan: Plan) -> list[str]:
    """Make the optimizer of the discriminator, where there is one."""
    if not plan.rivals:
        return []
    optimizer = plan.experiment.optimizer
    own = optimizer.with_values(lr=optimizer.lr * plan.experiment.objective.rival_share)
    return [f"discriminator_optimizer = {own.code('discriminator.parameters()')}"]


def _trained(plan: Plan) -> str:
    """The parameters that the optimizer is to change."""
    if not plan.frozen:
        return "model.parameters()"
    return "(p for p in model.parameters() if p.requires_grad)"


def _definitions(owned: Iterable[tuple[Component, type | None]], piece: Piece) -> list[str]:
    """The classes that PyTorch has not, each once; those of plug-ins are imported."""
    lines: list[str] = []
    for component, made in {made: (component, made) for component, made in owned}.values():
        if made is None:
            continue
        if component.plugin:
            piece.imports.add(f"from {made.__module__} import {made.__name__}")
            continue
        lines += ["", "", *inspect.getsource(made).rstrip().splitlines(), "", ""]
    return lines


def _forward(plan: Plan) -> list[str]:
    device = '"cpu"' if plan.on_cpu else "device.type"
    help = "What the network says, multiplied in 16 bits; the loss is computed in 32."
    body = [
        f"with torch.autocast({device}, dtype=torch.bfloat16):",
        "    outputs = model(inputs)",
        "return outputs.float()",
    ]
    return function_lines("forward(inputs)", help, body)
