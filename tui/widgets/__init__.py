"""The widgets of the app; each shows one thing, made by a renderable."""
