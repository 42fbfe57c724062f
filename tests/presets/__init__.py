"""The presets are held to what they say."""
