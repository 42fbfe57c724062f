"""What remains of a training: its events, its directory, reading it back, its script."""
