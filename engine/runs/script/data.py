"""The script's first part: the data, split, with targets as the loss takes them."""

from __future__ import annotations

from engine.parts.objectives.base import SEED
from engine.runs.script.plan import Piece, Plan, function_lines
from engine.runs.script.preparation import augmentation_lines, prepare_lines

_PURPOSE = {"train": "learn from", "validation": "watch the training", "test": "test at the end"}


def data_piece(plan: Plan) -> Piece:
    """Make or read the data, split it, turn it into what network and loss take."""
    data = plan.experiment.data
    generator, own = data.generator(plan.locations), data.own_generators(plan.locations)
    piece = Piece(imports=set(generator.imports))
    piece.lines += ["", "# The data."]
    if data.plugin:
        piece.imports |= {one.import_line for one in (generator, *own.values())}
    else:
        piece.lines += ["", "", generator.source(), "", ""]
    cut = len(plan.sizes) > 1
    inputs = "inputs" if cut else plan.inputs("train")
    targets = "targets" if cut else plan.targets("train")
    piece.lines.append(f"{inputs}, {targets} = {generator.call}")
    for name, other in own.items():
        piece.lines.append(f"{plan.inputs(name)}, {plan.targets(name)} = {other.call}")
    piece.lines += _posed(
        plan, [(inputs, targets), *((plan.inputs(n), plan.targets(n)) for n in own)]
    )
    if cut:
        piece.lines += _split(plan)
    piece.lines += _class_weights(plan)
    if plan.draws_balanced:
        piece.lines += ["", "# The class of each sample, by which an epoch's are drawn."]
        piece.lines.append(f"classes = {plan.targets('train')}")
    piece.lines += _targets(plan)
    if augmentation := augmentation_lines(plan):
        piece.imports.add("from torchvision.transforms import v2")
        piece.lines += augmentation
    if plan.buffer is not None:
        piece.imports.add("from collections.abc import Iterable")
    piece.lines += prepare_lines(plan)
    piece.lines += _made_once(plan)
    if plan.experiment.objective.needs_math:
        piece.imports.add("import math")
    return piece


def _posed(plan: Plan, splits: list[tuple[str, str]]) -> list[str]:
    """What the network is asked is made of the data, where it is not the data's own."""
    objective = plan.experiment.objective
    pose = type(objective).pose
    lines = [line for text in objective.sources() for line in ("", "", *text.splitlines())]
    called = [f"{x}, {y} = {pose.__name__}({x}, {y})" for x, y in splits] if pose else []
    return [*lines, *(["", ""] if lines else []), *called]


def _made_once(plan: Plan) -> list[str]:
    """What is measured is made once, where batches are made anew; the same as the trainer's."""
    measured = [(plan.inputs(s), plan.targets(s)) for s in plan.splits if s != "train"]
    if not plan.make:
        return []
    own, back = ("", "") if plan.on_cpu else (".cpu()", ".to(device)")
    lines = function_lines(
        "made_once(inputs, targets)",
        "Samples to measure by: the same each time.",
        [
            "with torch.random.fork_rng():",
            f"    torch.manual_seed({SEED})",
            f"    inputs, targets = {plan.made(f'inputs{own}', f'targets{own}')}",
            f"return inputs{back}, targets{back}",
        ],
    )
    if plan.looks_at_training:
        given = f"{plan.inputs('train')}, {plan.targets('train')}"
        lines.append(f"looked_inputs, looked_targets = made_once({given})")
    lines += [f"{x}, {y} = made_once({x}, {y})" for x, y in measured]
    return lines if measured or plan.looks_at_training else []


def _split(plan: Plan) -> list[str]:
    sizes = list(plan.sizes.values())
    shares = [f"{plan.sizes[s]:,} to {_PURPOSE[s]}" for s in _PURPOSE if s in plan.sizes]
    names, rejoined = list(plan.sizes), list[str]()
    if plan.num_before:
        names.insert(names.index("validation"), "first")
        sizes.insert(names.index("first"), plan.num_before)
        sizes[-1] -= plan.num_before
        rejoined = ["train = torch.cat([first, train])"]
    return [
        "",
        f"# Split at random: {', '.join(shares)}.",
        f"{', '.join(names)} = torch.randperm({sum(sizes)}).split({sizes})",
        *rejoined,
        *(f"{name} = {name}.sort().values" for name in plan.sizes if plan.buffer is not None),
        *(
            f"{plan.inputs(name)}, {plan.targets(name)} = inputs[{name}], targets[{name}]"
            for name in plan.sizes
        ),
    ]


def _class_weights(plan: Plan) -> list[str]:
    asked = plan.experiment.class_weights
    if asked is None:
        return []
    targets = plan.targets("train")
    num_classes = len(plan.facts.classes)
    flat = ".flatten()" if plan.facts.positions else ""
    total = f"{targets}.numel()" if plan.facts.positions else f"len({targets})"
    if asked == "balanced":
        lines = [
            "",
            "# A class counts for more in the loss the fewer samples it has.",
            f"counts = torch.bincount({targets}{flat}, minlength={num_classes})",
            f"class_weights = {total} / ({num_classes} * counts.float())",
        ]
    else:
        lines = ["", "# How much each class counts in the loss."]
        lines.append(f"class_weights = torch.tensor({list(asked)!r})")
    if plan.num_outputs == 1:
        lines.append("class_weights = class_weights[1:] / class_weights[:1]  # second over first")
    if not plan.on_cpu:
        lines.append("class_weights = class_weights.to(device)")
    return lines


def _targets(plan: Plan) -> list[str]:
    if plan.one_hot:
        change = f"nn.functional.one_hot({{}}, {plan.num_outputs}).float()"
        why = "# The loss compares numbers: 1 in the column of the class, 0 in the others."
    elif plan.one_column:
        change, why = "{}.float().unsqueeze(1)", "# The loss compares numbers, in one column."
    else:
        return _scaled_targets(plan)
    names = [plan.targets(split) for split in plan.splits]
    return ["", why, *(f"{name} = {change.format(name)}" for name in names)]


def _scaled_targets(plan: Plan) -> list[str]:
    """The numbers to predict in the scale that is trained in, and the way back to their unit."""
    data, train = plan.experiment.data, plan.targets("train")
    logarithm = ".log()" if data.scales_target == "log" else ""
    if not plan.scales_targets:
        return []
    forth, back = f"targets.double(){logarithm}", "outputs.double()"
    lines = ["", "# What is predicted is trained on in a scale near 1"]
    lines[-1] += ", as its logarithm." if logarithm else "."
    if data.standardizes_target:
        lines += [
            f"known = {train}.double(){logarithm}",
            "target_mean, target_scale = known.mean(0), known.std(0, correction=0)",
            "spread = known.amax(0) - known.amin(0)",
            "constant = spread <= 1e-6 * known.abs().amax(0)",
            "target_scale = torch.where(constant, 1.0, target_scale)",
        ]
        forth = f"({forth} - target_mean) / target_scale"
        back = f"{back} * target_scale + target_mean"
    forth = f"({forth}).float()" if data.standardizes_target else f"{forth}.float()"
    back = f"({back})" + (".exp()" if logarithm else "") + ".float()"
    return [
        *lines,
        *function_lines("trained(targets)", "What the loss compares.", [f"return {forth}"]),
        *function_lines("own_unit(outputs)", "Outputs in the data's unit.", [f"return {back}"]),
        f"{plan.loss_targets} = trained({train})",
    ]
