"""The trainer as others use it: a client, a worker, and what they say to each other."""
