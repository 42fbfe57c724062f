"""The trainer as others use it: start a training, follow it, ask a finished run."""
