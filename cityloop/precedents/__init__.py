"""The library of precedents: closed cases that operators marked as typical."""
