"""Sweeps: axes, plans, queues, results, and the process that coordinates them."""
