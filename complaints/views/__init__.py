"""Pages of cases, for staff and for customers."""
