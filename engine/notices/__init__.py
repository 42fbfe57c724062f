"""Tells a person who is elsewhere what became of a training."""
