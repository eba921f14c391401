"""The ground everything stands on; knows no city word."""
