"""Loaded by the fork server alone, which is warm after it: see `risksim.service.live.warming`."""

import signal

from risksim.service.live.warming import prepare_to_fork

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, with which this ends
prepare_to_fork()
