"""Supervision orders, reminders and named lists: what leaders follow beside the flow."""
