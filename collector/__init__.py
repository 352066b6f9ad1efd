"""When to ask and where answers go: plan, schedule, pipeline, spool, stores, state engine, API,
command line.
"""
