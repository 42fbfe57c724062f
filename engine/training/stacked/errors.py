"""Why trainings can't be stacked."""


class Unstackable(Exception):
    """These trainings are trained one by one; its text says why, in a clause."""
