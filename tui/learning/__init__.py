"""A lesson under a person's hands: what is told of it, and its solutions shown by doing them."""
