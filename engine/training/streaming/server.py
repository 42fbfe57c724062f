"""The process that reading processes are forked from; imported there only, before anything else.

It has all loaded that they need and no thread, no GPU and none of the trainer's descriptors.
"""

import signal

from engine.parts.data.generators import image_folder
from engine.training.streaming.reading_process import SIGNALS

__all__ = ["image_folder"]

for number in SIGNALS:  # it ends with its trainer, which may still need it after a signal
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # see `reading.signals_held`
