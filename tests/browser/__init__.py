"""A real browser for tests: headless Chromium."""
