"""What can be seen in the middle, in words."""

from __future__ import annotations

from engine.explanation.explanation import Figure

DATA = Figure(
    "The data",
    "Shows what there is to learn from, before anything is learned.",
    "Here it is {samples} samples, {train} of them to train on.",
)
WRITTEN = Figure(
    "What it writes",
    "Shows what the network writes by itself, character by character, as it says what comes next.",
    "Here it learned from {train} windows; each line but the last is whole.",
)
SEQUENCE = Figure(
    "What it does with a sequence",
    "Shows for one sample what each place takes of the others, or how a state changes on its way; "
    "and where tokens lie that are used alike.",
    "Here it is the first of {samples} samples, {inputs} places long.",
)
CLOUD = Figure(
    "What it makes",
    "Puts points that the network makes of noise over those of the data; the noise stays the same, "
    "so that one sees them find their places.",
    "Here it learned from {train} points.",
)
LATENT = Figure(
    "What it gives back",
    "Shows the narrowest place of the network: where samples lie by its numbers, and what it makes "
    "of numbers there; then samples as they came in and as they were given back.",
    "Here it learned from {train} samples.",
)
PAINTING = Figure(
    "The picture",
    "Paints each place in the color that the network gives it, beside the picture that it learns.",
    "Here it learned from {train} pixels.",
)
SAMPLES = Figure(
    "One sample after the other",
    "Puts what the network says of each sample on what is right: where the lines part, it errs.",
    "Here it goes through {train} samples.",
)
BOUNDARY = Figure(
    "Decision boundary",
    "Colors each place by the class that the network would give a point there, the paler the less "
    "sure; signs are the points themselves.",
    "Here {train} points in {classes} classes were learned from.",
)
CURVE = Figure(
    "Fitted curve",
    "Draws what the network answers to each input as a line, and the data as points beside it.",
    "Here {train} points were learned from.",
)
UNIT = Figure(
    "One unit, large",
    "Draws what one unit gives: over the plane, along the input, class by class, or of a picture.",
    "Here it is one of {layers} layers.",
)
CONFUSION = Figure(
    "Confusion matrix",
    "Counts in each row what became of one class: right ones on the diagonal, mistakes beside it.",
    "Here {classes} classes can be taken for one another.",
)
MISTAKES = Figure(
    "Wrong images",
    "Shows images that were taken for something else: often one sees why.",
    "Here {classes} classes can be taken for one another.",
)
COMPARISON = Figure(
    "Actual against predicted",
    "Sets what the network says beside what is right; equal ones lie on the diagonal.",
    "Here {train} samples were learned from.",
)
