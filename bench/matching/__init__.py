"""How often the matcher is right: two generators of hard cases, a report per kind, public data beside Splink, speed."""
