"""The catalogue of log events. Every structured log line names one of these; nothing personal goes into its fields."""

from __future__ import annotations

API_FAILED = "api.failed"
INBOUND_NOT_SENT = "inbound.not_sent"
STACK_CHILD_DIED = "stack.child_died"
STACK_CHILD_STARTED = "stack.child_started"
STACK_READY = "stack.ready"
STACK_STOPPED = "stack.stopped"
STREAM_CUT_OFF = "stream.cut_off"
STREAM_ENDED = "stream.ended"
STREAM_PAUSED = "stream.paused"
STREAM_RECORD_POISONED = "stream.record_poisoned"
STREAM_RESUMED = "stream.resumed"
STREAM_STARTED = "stream.started"
STREAM_STOPPED = "stream.stopped"
