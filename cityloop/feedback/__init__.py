"""What hinders those who work with the system: said from any page, answered, never deleted."""
