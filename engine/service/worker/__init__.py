"""The other side of the socket: the process that trains, its run's directory, its answers."""
