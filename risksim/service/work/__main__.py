"""``python -m risksim.service.work WORD``: a worker process, as its keeper starts it."""

from __future__ import annotations

import sys

from risksim.service.work.worker import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
