"""Speed, memory and latency, measured beside others and printed (`make bench`); no asserts."""
