"""The sample world that ships with the hub: organs, sources, people, roster, findings. Everyone in it is invented."""
