"""What the engine needs: a scenario as flat arrays."""
