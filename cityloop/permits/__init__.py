"""The register of permits: what was allowed where, by whom, to whom, until when."""
