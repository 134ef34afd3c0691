"""After a restore to an older point the hub comes back to the same outputs, and a reader sees nothing twice."""

from __future__ import annotations

import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import pytest

from hub.adapters.postgres import PostgresStore
from hub.adapters.topics import make_topics, spec_of
from hub.bootstrap import open_hub, open_store
from hub.bootstrap.backup import backup, restore
from hub.errors import InvariantError, RefusedError, UsageError
from hub.policy.files import version_file
from hub.policy.loader import shipped
from hub.policy.marks import parsed
from hub.service import restored
from hub.service.packs import activate, current
from hub.settings import Settings
from schemas.topics import WATERMARK
from streams.adopt import adopt
from streams.sweeper import sweep
from streams.sweeping import sweep_after_restore
from tests.integration.recovery.mill import Mill, steps

pytestmark = pytest.mark.stack
HALF = len(steps()) // 2
Step = Callable[[Mill], Awaitable[None]]


async def ids(mill: Mill) -> list[str]:
    """What readers saw, as often as they saw it."""
    return sorted(event["id"] for event in await mill.outputs())


ONE_SOURCE = version_file("local-m-2026-01-01").read_text(encoding="utf-8")


async def activated(settings: Settings, text: str) -> None:
    async with open_store(settings) as store:
        assert await activate(store, shipped(), [parsed(text, "pack.yaml")])


async def own_packs(settings: Settings) -> list[str]:
    async with open_store(settings) as store:
        return [one.name for one in (await current(store, shipped(()))).versions]


async def lived_on(settings: Settings, file: Path) -> list[str]:
    """A hub that was backed up half way through; the ids its readers saw in the end."""
    async with open_hub(settings) as hub:
        mill = Mill(hub)
        await mill.send(steps()[:HALF])
        await mill.work()
        await mill.publish()
        made = await backup(settings, file)
        assert made.published > 0
        await mill.send(steps()[HALF:])
        await mill.work()
        await mill.publish()
        return await ids(mill)


async def publish(mill: Mill) -> None:
    await mill.publish()


async def read_up(mill: Mill) -> None:
    await sweep_after_restore(mill.settings, mill.store, mill.hub.service)


@pytest.mark.parametrize(
    "order", [(publish, read_up, publish), (read_up, publish)], ids=["relay first", "worker first"]
)
async def test_back_to_the_same_outputs_and_nothing_twice(
    settings: Settings, tmp_path: Path, order: tuple[Step, ...]
) -> None:
    file = tmp_path / "hub.tar"
    before = await lived_on(settings, file)
    await restore(settings, file)
    async with open_hub(settings) as hub:
        mill = Mill(hub)
        assert len(await mill.said()) < len(before)
        for step in order:
            await step(mill)
        after = await ids(mill)
        assert after == before, "not one message more, none twice"
        assert set(await mill.said()) == set(before), "and the ledger knows all of them again"
        assert await hub.store.verify() is None
        assert not await restored.is_pending(hub.store, restored.SWEEP_KEY)
        assert not await restored.is_pending(hub.store, restored.RELAY_KEY)
        assert (await sweep(settings, hub.store, hub.service, repair=False)).clean

        again = steps()[0]
        revised = again.data | {"revision": 2, "severity": "S3"}
        await mill.send([type(again)(again.by, "kafka", "finding.revised", "later", revised)])
        await mill.work()
        await mill.publish()
        fresh = [event for event in await mill.outputs() if event["id"] not in before]
        assert any(event["causationid"] == "later" for event in fresh), "and life goes on"


async def test_a_restore_of_the_latest_state_repeats_nothing(settings: Settings, tmp_path: Path) -> None:
    async with open_hub(settings) as hub:
        mill = Mill(hub)
        await mill.send(steps()[:HALF])
        await mill.work()
        await mill.publish()
        before = await ids(mill)
        await backup(settings, tmp_path / "hub.tar")
    await restore(settings, tmp_path / "hub.tar")
    async with open_hub(settings) as hub:
        mill = Mill(hub)
        await mill.publish()
        await read_up(mill)
        await mill.publish()
        assert await ids(mill) == before


async def test_while_a_hub_runs_nothing_is_restored(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "hub.tar"
    async with open_hub(settings) as hub:
        await backup(settings, file)
        with pytest.raises(RefusedError, match="running hub"):
            await restore(settings, file)
        assert await hub.store.registry()


async def test_a_backup_is_private_whole_and_never_written_over(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "hub.tar"
    await backup(settings, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="there already"):
        await backup(settings, file)
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    (tmp_path / "bad.tar").write_bytes(raw)
    before = await state(settings)
    with pytest.raises(UsageError, match=r"damaged|cannot be read"):
        await restore(settings, tmp_path / "bad.tar")
    assert await state(settings) == before


async def test_keys_and_packs_come_back_and_newer_keys_are_kept_beside(settings: Settings, tmp_path: Path) -> None:
    key = next((settings.data / "keys").iterdir())
    old = key.read_text()
    await activated(settings, ONE_SOURCE)
    await backup(settings, tmp_path / "hub.tar")
    await activated(settings, ONE_SOURCE.replace("2026-01-01", "2026-07-01"))
    key.write_text("{}")
    gone = next(path for path in (settings.data / "tokens").iterdir())
    gone.unlink()
    await restore(settings, tmp_path / "hub.tar")
    assert key.read_text() == old
    assert await own_packs(settings) == ["local-m-2026-01-01"]
    assert gone.exists()
    assert [path.read_text() for path in key.parent.glob(f"{key.name}.before-*")] == ["{}"]


async def test_a_damaged_ledger_is_not_put_in_place(settings: Settings, tmp_path: Path) -> None:
    async with open_hub(settings) as hub:
        mill = Mill(hub)
        await mill.send(steps()[:3])
        await mill.work()
        await mill.publish()
        await hub.store.pool.execute("update ledger set body = 'x' where seq = (select min(seq) from ledger)")
        await backup(settings, tmp_path / "bad.tar")
        await hub.store.pool.execute("update meta set value = 77 where name = 'cadres'")
    with pytest.raises(InvariantError, match="does not verify"):
        await restore(settings, tmp_path / "bad.tar")
    async with open_hub(settings) as hub:
        assert await hub.store.pool.fetchval("select value from meta where name = 'cadres'") == 77, "as it was"


@pytest.mark.parametrize("republish", [False, True])
async def test_a_lost_broker_is_adopted(settings: Settings, republish: bool) -> None:
    """Kafka lost everything: here the same database before a broker without any topic of this prefix."""
    async with open_hub(settings) as hub:
        mill = Mill(hub)
        await mill.send(steps()[:HALF])
        await mill.work()
        await mill.publish()
        before = await mill.said()
    elsewhere = settings.model_copy(update={"topic_prefix": f"n-{settings.topic_prefix}"})
    async with open_hub(elsewhere) as hub:
        mill = Mill(hub)
        with pytest.raises(InvariantError, match="no watermark"):
            await mill.publish()
        await make_topics(elsewhere, [spec_of(elsewhere, WATERMARK)])
        assert await adopt(elsewhere, hub.store, republish=republish) == ("republish" if republish else "ledger")
        await mill.publish()
        assert await ids(mill) == (sorted(before) if republish else [])
        assert await adopt(elsewhere, hub.store) == "fits"
        assert await hub.store.spans(settings.topic_prefix + "findings-audit") == {}


async def test_a_database_put_back_by_other_means_is_recovered(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "hub.tar"
    before = await lived_on(settings, file)
    await restore(settings, file)
    async with open_hub(settings) as hub:
        for key in (restored.SWEEP_KEY, restored.RELAY_KEY):
            await restored.settled(hub.store, key)
        mill = Mill(hub)
        with pytest.raises(InvariantError, match="does not have the line"):
            await mill.publish()
        assert await adopt(settings, hub.store) == "recovery"
        await mill.publish()
        await read_up(mill)
        await mill.publish()
        assert await ids(mill) == before


async def state(settings: Settings) -> bytes:
    async with PostgresStore.open(settings.postgres, settings.schema_name) as store:
        return orjson.dumps((await store.registry()).model_dump())
