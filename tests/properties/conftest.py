"""Hypothesis profiles: bounded and derandomised by default, ``HYPOTHESIS_PROFILE=long`` for a long run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
settings.register_profile("bounded", deadline=None, derandomize=True, max_examples=25, suppress_health_check=SLOW)
settings.register_profile("long", deadline=None, max_examples=1500, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "bounded"))
