"""The script's function `prepare`: from the data as it is to what the network takes."""

from __future__ import annotations

import inspect

from engine.parts.data import Pixels
from engine.parts.data.crosses import PLAIN, cross_code
from engine.runs.script.plan import Plan, function_lines


def prepare_lines(plan: Plan) -> list[str]:
    """Define `prepare` where it is needed, prepare every split, move it to the device.

    Tables are prepared on the CPU and then moved; images are moved while they are small.
    """
    if plan.pixels is not None:
        kept = ("train",) if plan.pixels.augmentations else ()  # then it is done batch by batch
        return _pixel_lines(plan, plan.pixels) + _moved(plan) + _prepared(plan, kept)
    lines = _table_lines(plan)
    return (lines + _prepared(plan) if lines else []) + _moved(plan)


def is_prepared(plan: Plan) -> bool:
    """Whether the script has a function `prepare`."""
    return plan.pixels is not None or bool(_table_lines(plan))


def augmentation_lines(plan: Plan) -> list[str]:
    """Define `augment`, which changes one training image; nothing where none is asked for."""
    if plan.pixels is None or not plan.pixels.augmentations:
        return []
    calls = ", ".join(f"v2.{call}" for call in plan.pixels.augmentations)
    return [
        "",
        "# Each time a training image is shown, it is changed a little, at random.",
        f"augment = v2.Compose([{calls}])",
    ]


def _prepared(plan: Plan, kept: tuple[str, ...] = ()) -> list[str]:
    names = [plan.inputs(split) for split in plan.splits if split not in kept]
    return [f"{name} = prepare({name})" for name in names]


def _moved(plan: Plan) -> list[str]:
    if plan.on_cpu:
        return []
    names = [name for s in plan.splits for name in (plan.inputs(s), plan.targets(s))]
    if plan.scales_targets:
        names.append(plan.loss_targets)
        if plan.experiment.data.standardizes_target:
            names += ["target_mean", "target_scale"]
    return ["", *(f"{name} = {name}.to(device)" for name in names)]


def _pixel_lines(plan: Plan, pixels: Pixels) -> list[str]:
    mean, std = pixels.mean, pixels.std
    lines: list[str] = []
    result = f"images.float() / {pixels.scale:g}"
    if any(mean) or any(s != 1 for s in std):
        if len(mean) == len(std) == 1 and plan.on_cpu:
            result = f"({result} - {mean[0]!r}) / {std[0]!r}"
        else:
            # On CUDA a division by a plain number is rounded otherwise than one by a tensor.
            device = "" if plan.on_cpu else ", device=device"
            lines = [
                "",
                f"mean = torch.tensor({list(mean)!r}{device}).view(-1, 1, 1)  # one per channel",
                f"std = torch.tensor({list(std)!r}{device}).view(-1, 1, 1)",
            ]
            result = f"({result} - mean) / std"
    help = "Pixels as the network takes them: small numbers instead of large ones."
    return lines + function_lines("prepare(images)", help, [f"return {result}"])


def _table_lines(plan: Plan) -> list[str]:
    data = plan.experiment.data
    features: tuple[str, ...] = getattr(data, "features", PLAIN)
    train = plan.inputs("train")
    if plan.buffer is not None:
        return _streamed_lines(plan, train)
    lines: list[str] = []
    body: list[str] = []
    if data.fills:
        medians = data.medians
        lines += [
            "",
            "# A missing cell (NaN) gets the mean of its column in the training rows.",
            f"fill = {train}.double().nanmean(0).nan_to_num()",
        ]
        if medians:
            lines += [
                f"for column in {list(medians)}:  # or its median",
                f"    fill[column] = {train}[:, column].nanmedian().nan_to_num()",
            ]
        lines.append("fill = fill.float()")
        body.append("rows = torch.where(rows.isnan(), fill, rows)")
        if getattr(data, "standardize", False):
            lines.append(f"known = torch.where({train}.isnan(), fill, {train}).double()")
    if getattr(data, "standardize", False):
        if not data.fills:
            lines.append(f"known = {train}.double()")
        train = "known"
        lines += [
            "",
            "# Features of like scale learn better: mean 0 and standard deviation 1 in the",
            "# training rows. A column that never changes is not divided.",
            f"means, scales = {train}.mean(0), {train}.std(0, correction=0)",
            f"spread = {train}.amax(0) - {train}.amin(0)",
            f"constant = spread <= 1e-6 * {train}.abs().amax(0)",
            "scales = torch.where(constant, 1.0, scales)",
        ]
        body.append("rows = ((rows.double() - means) / scales).float()")
    if features != PLAIN:
        body.append(f"rows = {cross_code(features, 'rows')}")
    if not body:
        return []
    body[-1] = body[-1].replace("rows = ", "return ", 1)
    return lines + function_lines("prepare(rows)", "Features as the network takes them.", body)


def _streamed_lines(plan: Plan, train: str) -> list[str]:
    """The same for a table that the training leaves on the disk: its figures are of one pass."""
    from engine.parts.data.generators.figures import FIGURE_ROWS, column_figures

    data = plan.experiment.data
    standardizes = bool(getattr(data, "standardize", False))
    if not data.fills and not standardizes:
        return []
    lines = ["", "", *inspect.getsource(column_figures).splitlines(), "", ""]
    lines.append("# The figures of the columns, in one pass over the training rows.")
    lines.append(f"fill, means, scales = column_figures({train}.split({FIGURE_ROWS}))")
    body = ["rows = torch.where(rows.isnan(), fill, rows)"]
    if standardizes:
        body.append("rows = ((rows.double() - means) / scales).float()")
    body[-1] = body[-1].replace("rows = ", "return ", 1)
    return lines + function_lines("prepare(rows)", "Features as the network takes them.", body)
