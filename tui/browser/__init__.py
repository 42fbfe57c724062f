"""The app in a browser: who is let in, what the page is, the process behind each tab."""
