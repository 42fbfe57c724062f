"""The experiment being edited, its forms, and where it is kept."""
