"""Whether the memory that there is holds the training."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, rule
from engine.memory import free_bytes, may_be_on_gpu


@rule("too-little-memory")
def too_little_memory(case: Case) -> Remarks:
    """A process that takes more memory than there is is killed, by the system or its cgroup."""
    if not case.chain:
        return
    need, whose = case.need, ""
    if may_be_on_gpu(case.experiment.device):
        need, whose = need.before_the_gpu, ", where a GPU's weights are made"
    if shortage := need.shortage(free_bytes(), whose):
        yield Remark("error", need.place, shortage)


RULES = (too_little_memory,)
