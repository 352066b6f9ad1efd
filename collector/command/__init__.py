"""The command line: a file per command, each with `configure(parser)` and `run(arguments)`."""
