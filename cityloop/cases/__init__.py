"""The core: a report becomes a case, and a case takes steps. The only writer of cases."""
