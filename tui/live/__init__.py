"""What the app and headless know of a training while it runs."""
