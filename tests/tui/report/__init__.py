"""Pages for others."""
