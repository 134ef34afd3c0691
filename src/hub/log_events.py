"""The catalogue of log events. Every structured log line names one of these; nothing personal goes into its fields."""

from __future__ import annotations

STACK_CHILD_DIED = "stack.child_died"
STACK_CHILD_STARTED = "stack.child_started"
STACK_READY = "stack.ready"
STACK_STOPPED = "stack.stopped"
