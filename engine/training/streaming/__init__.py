"""Images that do not fit in memory: read from their files ahead of use, by processes of their own.

The numbers are those of images that are kept in memory, to the last bit: the order of the samples
and whatever is random stay with the training process, the others only read.
"""
