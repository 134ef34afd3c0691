"""The compose file: by its YAML always, by docker-compose where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from fastapi.routing import APIRoute

from hub.settings import Settings
from tests.unit.house.tree import ROOT

FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
ROLES = ("prepare", "api", "worker", "relay")
STAYING = sorted(set(SERVICES) - {"prepare"})


def example() -> dict[str, str]:
    lines = (ROOT / "deploy/hub.env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_it_has_the_parts_of_a_hub() -> None:
    assert set(SERVICES) == {"kafka", "postgres", *ROLES}
    assert "name" not in FILE


@pytest.mark.parametrize("name", STAYING)
def test_what_stays_is_watched_and_restarted(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"]


def test_preparation_runs_once_and_the_roles_wait_for_it() -> None:
    assert SERVICES["prepare"]["restart"] == "no"
    for name in ("api", "worker", "relay"):
        waits = {other: rule["condition"] for other, rule in SERVICES[name]["depends_on"].items()}
        assert waits == {
            "kafka": "service_healthy",
            "postgres": "service_healthy",
            "prepare": "service_completed_successfully",
        }


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_named_by_its_command(role: str) -> None:
    assert f"python -m hub.roles {role}" in " ".join(SERVICES[role]["command"])


def test_the_api_is_asked_at_a_path_that_it_has() -> None:
    from hub.api import health

    path = re.search(r"127\.0\.0\.1:8080(/[\w/]+)", " ".join(SERVICES["api"]["healthcheck"]["test"]))
    assert path is not None
    assert path.group(1) in {route.path for route in health.router.routes if isinstance(route, APIRoute)}


def test_workers_can_be_scaled() -> None:
    assert not {"ports", "container_name"} & set(SERVICES["worker"])
    assert "HUB_WORKER_INDEX" in " ".join(SERVICES["worker"]["command"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_can_be_replaced(name: str) -> None:
    assert re.fullmatch(r"\$\{[A-Z_]+:-.+\}", SERVICES[name]["image"])


def test_data_lies_in_named_volumes_and_ports_are_local() -> None:
    for name, service in SERVICES.items():
        assert service.get("volumes"), name
        assert all(volume.split(":")[0] in FILE["volumes"] for volume in service["volumes"])
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_no_secret_stands_in_the_compose_file() -> None:
    for name, service in SERVICES.items():
        secret = [key for key in service.get("environment", {}) if re.search("PASSWORD|TOKEN|SECRET|DSN|POSTGRES", key)]
        assert secret == [], name


def test_the_example_sets_only_what_the_hub_knows() -> None:
    known = {f"HUB_{field.upper()}" for field in Settings.model_fields}
    assert {key for key in example() if key.startswith("HUB_")} <= known
    assert {value for key, value in example().items() if re.search("PASSWORD|TOKEN", key)} == {"change-me"}


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed")
def test_docker_compose_takes_it() -> None:
    env = {**os.environ, "HUB_ENV_FILE": "deploy/hub.env.example"}
    done = subprocess.run(
        ["docker-compose", "config", "-q"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
