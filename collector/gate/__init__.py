"""The gate: whatever people are told goes through it to Alertmanager, and ends only on evidence.

`gate.Gate` is the pure core (what is told now), `rounds.Rounds` the rim (pushing, keeping, asking
vmalert), `message` the words, `fresh` the readings that let an alert end.
"""
