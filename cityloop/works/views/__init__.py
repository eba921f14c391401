"""Pages of substitute works."""
