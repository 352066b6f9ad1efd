"""The map: how sites and circuits hang together, the way from a thing to the collector, and what
goes dark with it.
"""
