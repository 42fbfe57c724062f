"""What a shell is told of the command line: completions and a manual page."""
