"""Runs a worker: `python -P -m engine.service.worker [order-follows] DESCRIPTOR`."""

import atexit
import gc
import os
import sys

gc.disable()  # loading torch makes no garbage worth looking for; it is turned on after that

from engine.service.worker.process import main  # noqa: E402

code = main()
atexit._run_exitfuncs()
sys.stdout.flush()
sys.stderr.flush()
# All is closed and written. To tidy up what torch has loaded would take Python a fifth of a second.
os._exit(code)
