"""The app in lines, for who hears the screen or has none."""
