"""What is asked: the experiment, its grammar and its validation; no torch in here."""
