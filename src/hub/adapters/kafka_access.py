"""Who may read and write which topic: access rules, made with confluent-kafka (aiokafka has no calls for them)."""

from __future__ import annotations

import asyncio
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import admin as _admin

from hub.adapters.topics import WITHIN_S, client, own_topics
from hub.domain.registry import Source
from hub.errors import TransientError
from hub.settings import Settings
from schemas import topics

_kafka: Any = _admin  # its stubs re-export nothing


async def give_access(settings: Settings, source: Source) -> bool:
    """Let ``source`` (SASL user ``User:<code>``) read its own topics and write the inbound ones. Idempotent.

    False where the broker has no authorizer: then everybody who reaches it may read everything.
    Raises TransientError where Kafka does not answer or refuses.
    """
    return await asyncio.to_thread(_give, settings, source)


def _give(settings: Settings, source: Source) -> bool:
    prefix = settings.topic_prefix
    rules = [_rule(source, prefix + spec.name, _kafka.AclOperation.READ) for spec in own_topics(source)]
    rules += [_rule(source, prefix + name, _kafka.AclOperation.WRITE) for name in topics.INBOUND_TOPICS]
    rules.append(_rule(source, f"{source.code}-", _kafka.AclOperation.READ, group=True))
    admin = client(settings)  # must outlive its answers
    for made in admin.create_acls(rules).values():
        try:
            made.result(WITHIN_S)
        except KafkaException as error:
            why = error.args[0]
            if why.code() == KafkaError.SECURITY_DISABLED:
                return False
            raise TransientError(f"giving {source.code} access: {why.str()}") from error
    return True


def _rule(source: Source, name: str, operation: Any, *, group: bool = False) -> Any:
    """One rule: a topic by its name, or every consumer group whose name begins so."""
    resource = _kafka.ResourceType.GROUP if group else _kafka.ResourceType.TOPIC
    pattern = _kafka.ResourcePatternType.PREFIXED if group else _kafka.ResourcePatternType.LITERAL
    allow = _kafka.AclPermissionType.ALLOW
    return _kafka.AclBinding(resource, name, pattern, f"User:{source.code}", "*", operation, allow)
