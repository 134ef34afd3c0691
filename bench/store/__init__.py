"""How many rows the store takes and seals."""
