"""What perceptui says to a person, taken from its source and kept in catalogues."""
