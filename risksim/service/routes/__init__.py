"""HTTP, one file a subject."""
