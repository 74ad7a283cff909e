"""What people say: the scenario, checked and frozen."""
