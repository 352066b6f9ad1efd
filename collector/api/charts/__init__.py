"""Charts of the console: what is drawn of a thing, asked of the store, and what now goes through
ports and circuits.

Every chart is a function of the catalogue's metrics; what is asked is bounded, and the same asked
by many is asked once.
"""
