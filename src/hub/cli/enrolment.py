"""Showing what enrolling a source has made."""

from __future__ import annotations

import asyncio

from hub import bootstrap
from hub.cli.common import err, json_line, out
from hub.domain.registry import Source
from hub.settings import Settings


def enrolled(settings: Settings, source: Source, *, as_json: bool) -> None:
    """Enrol ``source`` in the running hub and say what was made; the token is shown this once."""

    async def run() -> bootstrap.Enrolled:
        async with bootstrap.open_store(settings) as store:
            return await bootstrap.enrol(settings, store, source)

    made = asyncio.run(run())
    if as_json:
        json_line({
            "code": made.source.code, "source": made.source.urn, "token": made.token, "key": str(made.key_file),
            "topics": made.topics, "acl": made.guarded,
        })  # fmt: skip
        return
    console = out()
    console.print(f"{made.source.urn} is registered", markup=False)
    console.print(f"  key     {made.key_file}  (private: give it to the source, and only there)", markup=False)
    console.print(f"  token   {made.token}  (shown this once)", markup=False)
    console.print(f"  topics  {', '.join(made.topics) or 'were there already'}", markup=False)
    if made.guarded:
        console.print(f"  access  SASL user {made.source.code} may read these and write the inbound topics")
    else:
        err().print(
            "  access  this broker has no access rules: whoever reaches it can read every topic", style="yellow"
        )
