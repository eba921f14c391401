"""Every read of coordination; the first argument is the actor."""

from cityloop.coordination.queries.disputes import (
    Filters,
    dispute_seen,
    disputes,
    document_of,
    parties_of,
)

__all__ = ["Filters", "dispute_seen", "disputes", "document_of", "parties_of"]
