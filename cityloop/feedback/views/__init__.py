"""Pages of feedback: everybody's own, and those of the back office."""
