"""Runs that are over, in a line each or side by side."""
