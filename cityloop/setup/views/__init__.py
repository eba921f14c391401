"""Pages with which a city begins."""
