"""Benchmarks: each prints its figures as ratios to a ceiling measured in the same run."""
