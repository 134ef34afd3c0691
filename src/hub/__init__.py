"""The hub: findings of supervisory bodies in, proposals and clarifications for people out."""

__version__ = "0.1.0"
