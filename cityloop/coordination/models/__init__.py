"""Disputes and what belongs to them."""

from cityloop.coordination.models.disputes import Dispute, SiteMeeting

__all__ = ["Dispute", "SiteMeeting"]
