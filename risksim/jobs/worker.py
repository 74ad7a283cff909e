"""Loaded by every worker process of a local cluster when it starts."""

from __future__ import annotations

import signal
import threading


def dask_setup(_worker: object) -> None:
    """Leave Ctrl-C to the process that started the workers: it drops the tasks and ends the workers in order.

    Parameters
    ----------
    _worker : distributed.Worker
        The worker that starts.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
