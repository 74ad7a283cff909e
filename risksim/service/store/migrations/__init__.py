"""How a database of an older program becomes one of this program: one file a step, in ``versions``."""
