"""Runs of any size: blocks in order, statistics in fixed memory, finished blocks on disk, machines that work."""
