"""Attacks that take longer than a test may: `make soak`, or one of them by its name."""
