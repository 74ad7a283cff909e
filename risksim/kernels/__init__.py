"""Compiled loops: words, lives, money. Nothing of the other rooms."""
