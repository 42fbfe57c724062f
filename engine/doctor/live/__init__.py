"""What is going wrong while a network trains: numbers in, findings out, no torch."""
