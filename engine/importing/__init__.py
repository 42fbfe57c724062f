"""Takes in weights that other programs have written."""
