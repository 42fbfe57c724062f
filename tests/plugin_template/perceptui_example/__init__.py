"""Adds a layer, a loss, an optimizer, a data set, a rule, a preset and a lesson to perceptui."""
