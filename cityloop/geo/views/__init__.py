"""Pages of the back office about the ground."""
