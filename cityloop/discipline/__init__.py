"""Closed cases looked at again by another team, and who closed them falsely."""
