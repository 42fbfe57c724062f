"""Pure drawing functions: plain numbers in, rows of text out, never wider than asked.

Every function takes a `Look` and returns `list[rich.text.Text]`, one element per row. Text
that comes from data goes through `sanitize` and is never read as markup.
"""
