"""Starts everything: finds PostgreSQL, owns a private cluster, keeps the processes running.

The lowest layer: Python's standard library only, so that it works before anything is installed.
"""
