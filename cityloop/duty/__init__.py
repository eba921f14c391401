"""Who is on duty, who is told of a dispatch, and how work is handed over."""
