"""The script's function `evaluate`, and its last part: the test and the predictions."""

from __future__ import annotations

from engine.parts.component import quoted
from engine.parts.data.text import SAMPLE, beginning
from engine.parts.layers.base import torch_literal
from engine.parts.objectives.base import SEED
from engine.runs.script.plan import Plan, function_lines
from engine.runs.script.preparation import is_prepared
from engine.spec.validator import judged_together

DRAWN = 20
"""Samples that a script has its network make."""


def evaluate_lines(plan: Plan) -> list[str]:
    """Define `evaluate`, where a split is held back or an epoch's end decides something."""
    if len(plan.splits) == 1 and not plan.looks_at_training:
        return []
    sizes = [plan.sizes.get("validation", 0), plan.sizes.get("test", 0)]
    if plan.looks_at_training:
        sizes.append(-(-plan.num_train // plan.stride))
    outputs = f"{plan.forward}(inputs)"
    together = judged_together(plan.batch_size)
    if max(*sizes, *plan.facts.own_sizes.values()) > together:
        outputs = f"torch.cat([{plan.forward}(part) for part in inputs.split({together})])"
    where = "as the weights are" if plan.looks_at_training else "on samples not learned from"
    help = f"The loss and what else is measured, {where}."
    compared = "trained(targets)" if plan.scales_targets else "targets"
    loss, judged = f"criterion(outputs, {compared}).item()", list[str]()
    if plan.rivals:
        judged = ["    said = discriminator(outputs)"]
        loss = "criterion(said, torch.ones_like(said)).item()"
    if plan.experiment.loss.raises_outside:  # which raises for what other losses pass on
        loss += ' if outputs.isfinite().all() else float("nan")'
    positions = []
    if plan.facts.positions:
        positions = ["    outputs, targets = outputs.flatten(0, 1), targets.flatten(0, 1)"]
    body = [
        "model.eval()  # some layers behave otherwise while training",
        "with torch.no_grad():",
        f"    outputs = {outputs}",
        *positions,
        *judged,
        f"    loss = {loss}",
        "model.train()",
        *(["frozen.eval()"] if plan.frozen else []),
    ]
    if plan.rivals:
        body.insert(1, "discriminator.eval()")
        body.append("discriminator.train()")
    functions = []
    if any("probabilities" in metric.arguments() for metric in plan.metrics):
        body += _probabilities(plan)
    if plan.classifies:
        body.append(f"predicted = {_predicted(plan)}")
        if _actual(plan) != "targets":
            body.append(f"actual = {_actual(plan)}")
    if any("means" in metric.arguments() for metric in plan.metrics):
        body.append(f"means, logs = outputs[:, {plan.facts.num_targets}:].chunk(2, 1)")
    renamed = {"numbers": plan.numbers}
    renamed |= {n: repr(value) for n, value in plan.experiment.objective.weighing().items()}
    if _actual(plan) == "targets":
        renamed["actual"] = "targets"
    values = {"loss": "loss"}
    for metric in plan.metrics[1:]:
        functions += ["", "", *metric.source().splitlines()]
        given = ", ".join(renamed.get(name, name) for name in metric.arguments())
        values[metric.name] = f"{metric.formula}({given})"
    body += ["return {", *(f'    "{name}": {value},' for name, value in values.items()), "}"]
    return [*functions, *function_lines("evaluate(inputs, targets)", help, body)]


def imported(plan: Plan) -> set[str]:
    """What the metrics of `evaluate` import."""
    return {line for metric in plan.metrics for line in metric.imports if evaluate_lines(plan)}


def told(split: str) -> str:
    """The arguments of `print` that tell what `evaluate` gave for a split."""
    return f'*(f"{split}_{{name}} {{value}}" for name, value in measured.items())'


def _predicted(plan: Plan) -> str:
    if plan.num_outputs > 1:
        return "outputs.argmax(1)"
    return f"(outputs[:, 0] > {_limit(plan)}).long()"


def _limit(plan: Plan) -> str:
    """The output above which the second class is predicted."""
    return "0" if plan.experiment.loss.outputs == "logit" else "0.5"


def _actual(plan: Plan) -> str:
    if plan.one_hot:
        return "targets.argmax(1)"
    return "targets[:, 0].long()" if plan.one_column else "targets"


def ending_lines(plan: Plan) -> list[str]:
    """Test the network and predict the samples that are asked for."""
    lines: list[str] = []
    if "test" in plan.splits:
        lines += [
            "",
            "# How good is it on samples that it has never seen?",
            "measured = evaluate(test_inputs, test_targets)",
            f'print({told("test")}, sep="  ")',
        ]
    if plan.experiment.predict:
        lines += _predictions(plan)
    if plan.facts.tokens and plan.facts.positions:
        lines += _writing(plan)
    return lines + _drawing(plan)


def _drawing(plan: Plan) -> list[str]:
    """Have the network make samples, where it learned to."""
    objective = plan.experiment.objective
    draw, back = type(objective).draw, "" if plan.on_cpu else ".cpu()"
    if draw is None:
        return []
    given = "".join(f", {name}={value!r}" for name, value in objective.drawing().items())
    size = ", ".join(map(str, objective.noise_shape(plan.facts)))
    made = f"{draw.__name__}(model, torch.randn({DRAWN}, {size}){plan.to_device}{given})[-1]{back}"
    if plan.experiment.loss.outputs == "logit" and plan.facts.returned:
        made += ".sigmoid()"
    if getattr(plan.experiment.data, "standardize", False):
        made = f"({made}.double() * scales + means).float()"
    return [
        "",
        "# What does it make of noise?",
        "model.eval()",
        f"torch.manual_seed({SEED})",
        "with torch.no_grad():",
        f"    made = {made}",
        "for row in made.tolist():",
        "    print(*row)",
    ]


def _writing(plan: Plan) -> list[str]:
    """Let the network write, as engine.training.writing does."""
    tokens = plan.facts.tokens
    back = "" if plan.on_cpu else ".cpu()"
    seen = f"torch.tensor([written[-{plan.facts.positions}:]]){plan.to_device}"
    return [
        "",
        "# It writes: each token is drawn as the network says of what comes next.",
        f"tokens = {list(tokens)!r}",
        "generator = torch.Generator().manual_seed(0)",
        f"written = [{tokens.index(beginning(tokens))}]  # what comes before a line",
        "model.eval()",
        f"for _ in range({SAMPLE}):",
        "    with torch.no_grad():",
        f"        outputs = {plan.forward}({seen})[:, -1]{back}",
        "    if not outputs.isfinite().all():",
        "        break",
        *(f"    {line}" for line in _probabilities(plan)),
        "    shares = probabilities[0].double().clamp_min(1e-300).log().softmax(0)",
        "    written.append(int(torch.multinomial(shares, 1, generator=generator)))",
        f'print("".join(tokens[token] for token in written[1:])[:{SAMPLE}])',
    ]


def _predictions(plan: Plan) -> list[str]:
    rows = ", ".join(f"[{', '.join(map(torch_literal, row))}]" for row in plan.experiment.predict)
    inputs = "prepare(samples)" if is_prepared(plan) else "samples"
    back = "" if plan.on_cpu else ".cpu()"
    kind = ".long()" if plan.facts.num_tokens else ""
    if plan.facts.is_sequence:
        kind = f".view(-1, {', '.join(map(str, plan.facts.shape))})"
    read = [f"outputs = {plan.numbers}{back}"] if plan.numbers != "outputs" else []
    lines = [
        "",
        "# What does it say of new samples?",
        f"samples = torch.tensor([{rows}]){kind}",
        "model.eval()",
        "with torch.no_grad():",
        f"    outputs = {plan.forward}({inputs}{plan.to_device}){'' if read else back}",
        *read,
    ]
    if not plan.classifies:
        return [
            *lines,
            "for sample, output in zip(samples.tolist(), outputs.tolist()):",
            '    print(f"{sample}: {output}")',
        ]
    names = ", ".join(quoted(name) for name in plan.facts.classes)
    of_class = "outputs.argmax(1)" if plan.num_outputs > 1 else f"(outputs[:, 0] > {_limit(plan)})"
    return [
        *lines,
        f"class_names = [{names}]",
        *_probabilities(plan),
        *_said(plan, of_class),
        "for sample, index, row in zip(samples.tolist(), predicted.tolist(), "
        "probabilities.tolist()):",
        '    print(f"{sample}: class {class_names[index]}  probabilities {row}")',
    ]


def _said(plan: Plan, of_class: str) -> list[str]:
    """The class of each sample, and what was accepted of a judgement."""
    line = f"predicted = {of_class}.long()" if plan.num_outputs == 1 else f"predicted = {of_class}"
    accepted = plan.accepted
    if accepted is None:
        return [line]
    lines = [
        "# So it was accepted of a judgement: `perceptui evaluate --accept`.",
        "shares = probabilities.double() / probabilities.double().sum(1, keepdim=True)",
    ]
    if accepted.threshold is not None:
        line = f"predicted = (shares[:, 1] > {accepted.threshold!r}).long()"
    if accepted.temperature != 1:
        lines.append(
            "probabilities = (shares.clamp_min(1e-300).log() / "
            f"{accepted.temperature!r}).softmax(1)"
        )
    return [*lines, line]


def _probabilities(plan: Plan) -> list[str]:
    """The outputs as one probability per class, as engine.training.outputs reads them."""
    meaning, last = plan.experiment.loss.outputs, plan.experiment.layers[-1]
    if plan.num_outputs == 1:
        second = "outputs.sigmoid()" if meaning == "logit" else "outputs.clamp(0, 1)"
        return [f"second = {second}", "probabilities = torch.cat([1 - second, second], 1)"]
    if last.meaning == "probabilities":
        return ["probabilities = outputs"]
    if last.meaning == "log-probabilities" or meaning == "log-probabilities":
        return ["probabilities = outputs.exp()"]
    if meaning in ("logits", "scores"):
        return ["probabilities = outputs.softmax(1)"]
    form = "sigmoid()" if meaning == "logit" else "clamp(0, 1)"
    return [f"probabilities = outputs.{form}"]
