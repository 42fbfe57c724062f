"""Looks into a network while it trains, without changing a bit of the training."""
