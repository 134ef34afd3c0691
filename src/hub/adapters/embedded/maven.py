"""Where jars come from: jgo's default, jgo's own configuration, or the mirror of the user's Maven settings."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from jgo.config import GlobalSettings
from jgo.maven import MavenContext

CENTRAL = "central"
MIRRORED = {CENTRAL, "*", "external:*"}


def remotes(settings_xml: Path | None = None) -> dict[str, str]:
    """Repositories by name, in the order they are tried. Hosts are never named here: the machine's settings count."""
    found: dict[str, str] = {**MavenContext().remote_repos, **GlobalSettings.load().repositories}
    if mirror := _mirror(settings_xml or Path.home() / ".m2" / "settings.xml"):
        found[CENTRAL] = mirror
    return found


def _mirror(settings_xml: Path) -> str | None:
    try:
        root = ElementTree.parse(settings_xml).getroot()
    except (OSError, ElementTree.ParseError):
        return None
    for mirror in root.iterfind("{*}mirrors/{*}mirror"):
        of = {name.strip() for name in mirror.findtext("{*}mirrorOf", "").split(",")}
        if of & MIRRORED and f"!{CENTRAL}" not in of:
            return mirror.findtext("{*}url", "").strip().rstrip("/") or None
    return None
