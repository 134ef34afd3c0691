"""Breaking a hub on purpose: a generated history with known outputs, faults, and the comparison of both."""
