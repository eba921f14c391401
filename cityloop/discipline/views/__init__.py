"""Pages of discipline."""
