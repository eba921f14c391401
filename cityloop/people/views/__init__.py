"""Pages of people: sign-in, own account, back office."""
