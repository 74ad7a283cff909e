"""Pages that need no script, and the frame of the workbench."""
