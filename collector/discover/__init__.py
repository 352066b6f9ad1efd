"""Finding what stands in a range of addresses, and proposing it as inventory entries.

`ranges` says whom to ask and `sweep` who answers pings; `identify` and `neighbours` ask over SNMP;
`survey` runs them side by side. From what they found, `entries` makes devices with names,
`uplinks` the edges between them, and `proposal` the YAML text. Only the first five do input and
output; nothing is ever asked of an address outside the given ranges.
"""
