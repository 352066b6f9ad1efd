"""What the pages of one thing show: a device, circuit, site, service or incident, each in one
answer, from memory and the journal.
"""
