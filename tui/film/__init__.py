"""Films of trainings: frames from snapshots, and the formats that show them."""
