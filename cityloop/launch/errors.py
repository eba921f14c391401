"""The one kind of failure of this layer: a sentence for the person at the keyboard."""

from __future__ import annotations


class LaunchError(Exception):
    """Something cannot be started; the text says why and what to do, in one paragraph."""
