"""The HTTP face of the collector: /metrics, health, reload, and the API with its description."""

from collector.api.guard import ListenRefusedError
from collector.api.server import Access, Server, serve

__all__ = ["Access", "ListenRefusedError", "Server", "serve"]
