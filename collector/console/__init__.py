"""The console: pages that the collector serves itself, with no need of Grafana, store or
internet.
"""
