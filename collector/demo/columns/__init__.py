"""The objects that simulated devices show, by the MIB they belong to."""
