"""Pages of duty and handover."""
