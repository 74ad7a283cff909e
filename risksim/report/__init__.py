"""Tables and text: formats, never computes."""
