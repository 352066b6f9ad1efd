"""The inventory as people look things up in it: found by words and filters, in columns, as CSV."""
