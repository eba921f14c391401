"""Substitute works: the problem is fixed first, at a known cost; who was liable owes the money."""
