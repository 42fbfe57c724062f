"""Many trainings of one experiment: which, how sure, how far from the others; never loads torch."""
