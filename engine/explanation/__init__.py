"""What the parts of an experiment mean, and what they do in this one."""
