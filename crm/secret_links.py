"""Secret codes for links that work without sign-in: derived from a row's id and the server's key, stored nowhere.

A code is the id in base 32 followed by 20 characters (100 bits) of an HMAC-SHA256 over purpose, id and nonce. `read` compares
in constant time and also accepts codes made under the keys in SECRET_KEY_FALLBACKS.
"""

import base64
import hashlib
import hmac

from django.conf import settings

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: codes are read out on the telephone
SIGNATURE_LENGTH = 20


def _signature(key: str, purpose: str, pk: int, nonce: str) -> str:
    digest = hmac.new(key.encode(), f"revisit:{purpose}:{pk}:{nonce}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:SIGNATURE_LENGTH]


def _number(pk: int) -> str:
    out = ""
    while pk:
        pk, rest = divmod(pk, len(ALPHABET))
        out = ALPHABET[rest] + out
    return out or ALPHABET[0]


def code_for(purpose: str, pk: int, nonce: str = "") -> str:
    """The secret code of row `pk` for `purpose`; a new `nonce` on the row makes all earlier codes wrong."""
    return _number(pk) + _signature(settings.SECRET_KEY, purpose, pk, nonce)


def id_in(code: str) -> int | None:
    """The row's id that a code claims, unchecked; None when it is not even a code."""
    head = code[:-SIGNATURE_LENGTH]
    if not head or len(head) > 14 or any(letter not in ALPHABET for letter in head):
        return None
    pk = 0
    for letter in head:
        pk = pk * len(ALPHABET) + ALPHABET.index(letter)
    return pk if pk < 2**63 else None


def read(purpose: str, code: str, nonce: str = "") -> int | None:
    """The id of the row that this code opens, None when the code is wrong for this purpose."""
    code = code.strip().lower()
    pk = id_in(code)
    if pk is None:
        return None
    given = code[-SIGNATURE_LENGTH:].encode()
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    matches = [hmac.compare_digest(_signature(key, purpose, pk, nonce).encode(), given) for key in keys]
    return pk if any(matches) else None
