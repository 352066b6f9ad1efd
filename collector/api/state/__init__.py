"""What is concluded: verdicts with their causes, events and incidents, as lists and as streams; and
the gate as Alertmanager would show it.
"""
