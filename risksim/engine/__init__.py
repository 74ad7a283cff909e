"""Runs a plan: addresses of draws, blocks over threads, stages in order."""
