"""Pure policy: no I/O, no clock, no randomness. Everything that is decided here can be replayed from the ledger."""
