"""The customers' pages, by noun."""
