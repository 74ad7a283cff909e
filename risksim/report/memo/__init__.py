"""The board memo: what is said, where, and how honestly."""
