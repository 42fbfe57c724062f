"""The presets that come with perceptui, one TOML file each."""
