"""The contracts between the hub and everyone who talks to it. This room knows nobody."""
