"""What http and tcp need of TLS: contexts, a certificate's end, and in plain words why one was
refused.

The expiry is that of the certificate the server shows for itself, not of the chain above it.
"""

import ssl
from functools import lru_cache
from pathlib import Path

_REFUSED = {
    9: ("the certificate is not valid yet", "check the clocks of the server and of this machine"),
    10: ("the certificate has expired", "renew it on the server"),
    18: ("the certificate is signed by itself", "set `ca` to its file, or `verify: false`"),
    19: (
        "the issuer is unknown (self-signed chain)",
        "set `ca` to the file of the issuing authority",
    ),
    20: ("the issuer is unknown", "set `ca`, or let the server send its intermediate certificates"),
    21: ("the issuer is unknown", "set `ca`, or let the server send its intermediate certificates"),
    62: ("the certificate is for another name", "set `server_name` to a name in it, or reissue it"),
    64: (
        "the certificate is for another address",
        "set `server_name` to a name in it, or reissue it",
    ),
}
"""OpenSSL's verification results (x509_vfy.h), as message and hint."""


def context(verify: bool, ca: str | None) -> ssl.SSLContext:
    """A client context, kept: building one costs ten milliseconds. A changed CA file makes a new
    one.

    Raises OSError (ssl.SSLError is one) when the CA file cannot be read.
    """
    return _context(verify, ca, Path(ca).stat().st_mtime_ns if verify and ca else 0)


@lru_cache(maxsize=64)
def _context(verify: bool, ca: str | None, _changed: int) -> ssl.SSLContext:
    if verify:
        return ssl.create_default_context(cafile=ca)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def expiry(certificate: bytes | None) -> float | None:
    """The end of a certificate (DER) in Unix seconds; None when it cannot be read."""
    from cryptography import x509  # large: only who looks at a certificate pays for it

    if not certificate:
        return None
    try:
        return x509.load_der_x509_certificate(certificate).not_valid_after_utc.timestamp()
    except (ValueError, OverflowError):
        return None


def explain(error: ssl.SSLError) -> tuple[str, str]:
    """Why a handshake failed, and what to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        known = _REFUSED.get(error.verify_code)
        return known or (f"the certificate was refused: {error.verify_message}", "")
    cause = (error.reason or "unknown error").replace("_", " ").lower()
    return f"TLS handshake failed: {cause}", "does the port speak TLS, version 1.2 or later?"
