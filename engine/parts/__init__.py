"""The components an experiment is made of, each declared once, in one class.

A component's declaration (its fields, with type, default, range, unit and help) feeds
the TOML reader, the command line, the validation, the forms, the help and the exported
code. Nothing here imports torch at the top.
"""
