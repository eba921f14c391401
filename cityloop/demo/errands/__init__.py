"""What is no step of one case: calls, orders of 12345, letters, shifts, meetings, lists."""
