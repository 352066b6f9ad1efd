"""State and cause: what answers, what does not, and whose fault that is."""
