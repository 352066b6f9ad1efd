"""The console's wall: causes now, every site and service, the last changes."""
