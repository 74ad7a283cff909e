"""The answer that moves with a slider."""
