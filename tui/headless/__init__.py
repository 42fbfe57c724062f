"""What a training without the app prints."""
