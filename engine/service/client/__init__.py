"""This side of the socket: starts or finds a worker, steers it, follows it; never loads torch."""
