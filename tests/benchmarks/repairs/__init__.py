"""The proof that a repair helps and that no healthy experiment is warned of."""
