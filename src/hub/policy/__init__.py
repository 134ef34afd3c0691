"""Rule packs as shipped: the base, the dated versions, and their loader."""
