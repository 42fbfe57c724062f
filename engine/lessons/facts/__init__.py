"""The facts. To add one, declare it in one of the modules here."""

from engine.lessons.fact import FACTS, Fact
from engine.lessons.facts import experiment, person, training

__all__ = ["FACTS", "Fact", "experiment", "person", "training"]
