# Everything a developer types. Needs python3 (3.11 or later, with venv) and make; all else is installed into .venv.
# The hub itself is then .venv/bin/hub.

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/.ready
BENCH_READY := .venv/.ready-bench
TYPED := $(wildcard src/hub schemas streams connectors tests bench)
JOBS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup lock demo up test test-quick lint generate generate-check bench bench-matching clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## .venv from requirements.lock; instant when nothing changed
	@:

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: '$(PYTHON)' is missing or older than 3.11 ($$($(PYTHON) --version 2>&1 | head -n 1))." >&2; \
	  echo "  -> install Python 3.11 or later, or name one: make setup PYTHON=python3.12" >&2; exit 1; }
	@echo "[1/3] .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { \
	  echo "error: this Python cannot make a virtual environment." >&2; \
	  echo "  -> on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "[2/3] $$(grep -c '^[A-Za-z].*==' requirements.lock) packages, each checked against its hash"
	@$(PIP) install --require-hashes --only-binary :all: --progress-bar on -r requirements.lock
	@echo "[3/3] the hub, editable"
	@$(PIP) install --quiet --no-build-isolation --no-deps -e .
	@touch $@
	@echo "ready: $(BIN)/hub --help"

$(BENCH_READY): $(READY) requirements-bench.lock
	@echo "packages that only bench-matching needs"
	@$(PIP) install --require-hashes --only-binary :all: --progress-bar on -r requirements-bench.lock
	@touch $@

lock: ## the lock files anew from pyproject.toml; versions stay where they still fit
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && $(PYTHON) -m venv "$$dir" \
	&& "$$dir/bin/python" -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
	&& flags="--quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header" \
	&& "$$dir/bin/uv" pip compile $$flags --extra dev pyproject.toml -o requirements.lock \
	&& "$$dir/bin/uv" pip compile $$flags --extra bench -c requirements.lock pyproject.toml -o requirements-bench.lock \
	&& "$$dir/bin/uv" pip compile $$flags -c requirements.lock pyproject.toml -o deploy/requirements.lock

demo: setup ## a whole hub in a temporary folder, with sample findings
	@$(BIN)/hub demo

up: setup ## a hub that stays
	@$(BIN)/hub up

lint: setup ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports

generate: setup ## JSON Schema, AsyncAPI and whatever else is generated from the models
	$(BIN)/python -m schemas.generate
	$(BIN)/python -m hub.api

generate-check: setup ## fails where a generated file is stale
	$(BIN)/python -m schemas.generate --check
	$(BIN)/python -m hub.api --check

test: lint generate-check ## everything: lint, types, generated files, the whole suite
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

test-quick: setup ## the suite without the tests that start Kafka and Postgres
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "not stack"

bench: setup ## messages per second: Faust, Faust with batch delivery, by hand, the whole pipeline
	$(BIN)/python -m bench

bench-matching: $(BENCH_READY) ## name matching beside splink and recordlinkage
	$(BIN)/python -m bench.matching

clean: ## removes .venv and caches; data of a hub stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
