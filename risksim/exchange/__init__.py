"""Spreadsheets in and templates out: scenarios from the books that people keep."""
