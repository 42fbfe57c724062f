"""The plain PyTorch program of an experiment, readable as a lesson.

It imports nothing of ours. Run alone, it prints the reported losses of the training to the
last digit, since it does what engine.training does in the same order with the same seed:
a change there is a change here, which the tests hold to each other.
"""

from engine.runs.script.plan import make_plan
from engine.runs.script.program import script

__all__ = ["make_plan", "script"]
