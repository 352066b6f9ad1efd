"""What exists: the typed model, the loader, queries, the graph, secret references."""
