"""A person's own table: looked at before anything is asked about it.

One module reads (`reading`), one decides what each column is and says why (`kinds`), one says all
that is doubtful at once (`remarks`). What they found is kept (`examined`), so that a file is
parsed once.
"""
