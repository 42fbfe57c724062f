"""The kinds of mistakes for which an experiment is refused, and why each is one."""

from __future__ import annotations

REASONS = {
    "argument-given-twice": "A value by its place and the same by its name leave open which holds.",
    "backbone-rate": "A rate of its own belongs to a layer that learns, beside one that has none.",
    "class-loss-for-numbers": "A loss for classes has nothing to compare measured numbers with.",
    "class-weights": "A weight belongs to a class, one for each, in a loss that takes them.",
    "contradiction": "Arguments that are right each may not go together.",
    "data-unreadable": "What can't be read can't be learned from.",
    "file-unreadable": "A text that is no TOML says nothing, whatever is meant.",
    "freeze": "A number names a layer that there is, and something must be left to learn.",
    "input-size": "What comes in follows from the layer before: another number is a slip.",
    "kernel-above-image": "A filter must find room in what comes in, its border included.",
    "missing-argument": "Without it nobody knows what the component is to do.",
    "missing-key": "Data, layers, a loss and an optimizer make an experiment.",
    "new-head": "A head is new beside weights that are not: those of an earlier training.",
    "no-layer": "A network without a layer has nothing that learns.",
    "not-a-call": "Components are written as calls: Name(argument, key=value).",
    "not-a-list": "Layers come one after the other, so they are a list of calls.",
    "objective-misfit": "What is asked of a network must be made of what the data has.",
    "output-width": "One output per class, or a single one for two classes.",
    "predict-width": "A new sample has the features that the network learned from.",
    "sampler": "What draws by class needs classes, and the say over the order.",
    "shape-misfit": "A layer takes what the one before it gives, or it can't be built.",
    "split-fraction": "The splits share the samples, and each needs some of them.",
    "too-many": "What is longer than any use is a mistake in the file.",
    "too-many-arguments": "Sizes of what comes in are not given: they follow from the data.",
    "unknown-argument": "A misspelled argument would do nothing, and nobody would notice.",
    "unknown-key": "A misspelled key would do nothing, and nobody would notice.",
    "unknown-name": "Only a known layer, loss, optimizer or data set can be built.",
    "wrong-value": "A value of another kind or beyond its range means nothing.",
}
"""By code. What is wrong with a table has the codes of its remarks."""
