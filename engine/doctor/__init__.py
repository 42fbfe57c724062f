"""Says what is wrong with an experiment, and how to repair it."""
