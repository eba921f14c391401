"""What machines notice about photos: shown beside them with a score, never decided alone."""
