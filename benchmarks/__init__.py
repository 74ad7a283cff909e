"""Speed beside rivals. Never timed tests: nothing here fails because a machine is slow."""
