"""What people do: they log in, act on incidents, announce work, silence alerts; and the record of
it.
"""
