"""perceptui in Python."""
