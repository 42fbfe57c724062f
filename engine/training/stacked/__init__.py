"""Many trainings of the same shapes in one: a slice of each tensor is a training."""
