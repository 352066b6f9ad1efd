"""The ciphers of SNMPv3, one made for each message. `cryptography` is large: only who encrypts pays
for it, so `probes.snmp.usm` imports this module with the first such message.
"""

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC


def des(key: bytes, salt: bytes) -> Cipher[CBC]:
    """DES (RFC 3414 section 8.1.1), of a key of 16 bytes; single DES is triple DES with one key
    three times.
    """
    vector = bytes(a ^ b for a, b in zip(key[8:16], salt, strict=True))
    return Cipher(TripleDES(key[:8] * 3), CBC(vector))


def aes(key: bytes, salt: bytes, boots: int, time: int) -> Cipher[CFB]:
    """AES (RFC 3826 section 3.1), under the engine's clock."""
    return Cipher(AES(key), CFB(boots.to_bytes(4) + time.to_bytes(4) + salt))
