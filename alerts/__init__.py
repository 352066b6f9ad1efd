"""What is worth a person's time: rules, their tests, runbooks, Alertmanager routing."""
