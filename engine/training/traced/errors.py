"""Why a step can't be traced."""


class Untraceable(Exception):
    """This step stays eager; its text says why."""
