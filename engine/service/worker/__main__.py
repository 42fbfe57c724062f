"""Runs a worker: `python -P -m engine.service.worker DESCRIPTOR`."""

import sys

from engine.service.worker.process import main

sys.exit(main())
