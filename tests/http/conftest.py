"""nginx with TLS and blackbox_exporter on free ports of loopback."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import daemons
from tests.certificates import Certificate, certificate


@dataclass(frozen=True)
class Nginx:
    plain: int
    secure: int
    expired: int
    certificate: Certificate
    old: Certificate


PAGE = "<h1>Một cửa điện tử</h1>\n" * 100

SERVERS = """
server {
  listen 127.0.0.1:{port}; root FOLDER;
  location = /moved { return 302 http://127.0.0.1:{port}/page.html; }
  location = /secure { return 301 https://127.0.0.1:SECURE/page.html; }
  location = /loop { return 302 /loop; }
  location = /broken { return 500 "no"; }
  location = /agent { add_header Set-Cookie a=b;
    return 200 "$http_user_agent|$http_x_office|$http_cookie"; }
}
server {
  listen 127.0.0.1:SECURE ssl; root FOLDER;
  ssl_certificate FOLDER/good.pem; ssl_certificate_key FOLDER/good.key;
}
server {
  listen 127.0.0.1:EXPIRED ssl; root FOLDER;
  ssl_certificate FOLDER/old.pem; ssl_certificate_key FOLDER/old.key;
}
"""


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("nginx")
    # nginx started by root reads pages as another user, who must reach them.
    for each in (folder, *folder.parents):
        if each == Path(tempfile.gettempdir()):
            break
        each.chmod(0o755)
    (folder / "page.html").write_text(PAGE)
    good = certificate(folder, "good", 90, ["127.0.0.1", "motcua.example.vn"])
    old = certificate(folder, "old", -3, ["127.0.0.1"])
    secure, expired = daemons.free_port(), daemons.free_port()
    servers = SERVERS.replace("FOLDER", str(folder))
    servers = servers.replace("SECURE", str(secure)).replace("EXPIRED", str(expired))
    with daemons.nginx(folder, servers) as running:
        yield Nginx(running.port, secure, expired, good, old)


@pytest.fixture(scope="session")
def blackbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """blackbox_exporter's port; modules `trusting` (no verification) and `content`."""
    modules = (
        "modules:\n"
        "  trusting: {prober: http, http: {tls_config: {insecure_skip_verify: true}}}\n"
        '  content: {prober: http, http: {fail_if_body_not_matches_regexp: ["hai cửa"]}}\n'
    )
    with daemons.blackbox_exporter(tmp_path_factory.mktemp("blackbox"), modules) as running:
        yield running.port
