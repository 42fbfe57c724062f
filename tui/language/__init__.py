"""Which language a person reads, and what perceptui says in it.

What a program keeps, sends, logs or prints for programs is English, whatever is spoken: a sentence
is made in English, and said in another language where it is shown.
"""

from tui.language.speech import SOURCE, SPOKEN, Language, listed, speak, spoken, tr

__all__ = ["SOURCE", "SPOKEN", "Language", "listed", "speak", "spoken", "tr"]
