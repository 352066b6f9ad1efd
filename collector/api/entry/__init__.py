"""Who comes in: the socket and its bounds, tokens, sessions, and who may ask what."""
