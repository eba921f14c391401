"""Pages of geo in the back office."""
