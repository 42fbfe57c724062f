"""Measures on real tables, not part of `make test`: see `python -m tests.real_tables --help`."""
