"""Properties over random histories, the negative rules, and proof that each property can fail."""
