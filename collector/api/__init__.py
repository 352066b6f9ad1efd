"""The HTTP face of the collector: /metrics, health, reload, and the API with its description."""

from collector.api.entry.tokens import ListenRefusedError
from collector.api.server import LISTEN, Access, Server, parse_listen, serve

__all__ = ["LISTEN", "Access", "ListenRefusedError", "Server", "parse_listen", "serve"]
