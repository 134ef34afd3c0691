"""Signing keys and detached JWS signatures of events."""

from hub.adapters.keys.files import create, key_path, load, load_or_create, public_part
from hub.adapters.keys.jws import Verifier, sign

__all__ = ["Verifier", "create", "key_path", "load", "load_or_create", "public_part", "sign"]
