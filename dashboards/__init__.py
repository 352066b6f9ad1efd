"""What is worth looking at: dashboards as code, built to JSON."""
