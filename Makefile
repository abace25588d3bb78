# Shuzhang 数账. `make help` lists the targets. A fresh machine needs Python 3.11 or newer, git and make; uv is installed into .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
SHUZHANG_HOME ?= $(CURDIR)/.shuzhang
export SHUZHANG_HOME
export DAGSTER_HOME := $(SHUZHANG_HOME)/dagster
export PATH := $(CURDIR)/.venv/bin:$(PATH)
UI_PORT ?= 3000
FUZZ_SECONDS ?= 600
FUZZ_FOLDER ?= $(SHUZHANG_HOME)/fuzz
REAL_DATA = $(or $(SHUZHANG_TEST_DATA),../shared/data)
STAMP := .venv/.synced

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

$(STAMP): .venv/bin/uv pyproject.toml uv.lock
	.venv/bin/uv sync --frozen --inexact --extra ui --quiet
	@touch $@

.PHONY: setup
setup: $(STAMP) ## make the environment in .venv

.PHONY: run
run: setup ## write the example city, deliver it, run the whole pipeline, show what came out
	test -d $(SHUZHANG_HOME)/example || shuzhang example $(SHUZHANG_HOME)/example
	shuzhang deliver $(SHUZHANG_HOME)/example
	shuzhang run

.PHONY: test
test: setup ## run the tests (real data: SHUZHANG_TEST_DATA, default ../shared/data)
	pytest --numprocesses auto --dist loadscope

.PHONY: verify-real
verify-real: setup ## deliver and run the real catalogues, then prove 500 seeded rows of every derived table (half an hour)
	home=$$(mktemp -d) && python -m tests.real $$home $(REAL_DATA) && shuzhang verify --rows 500 --home $$home && rm -r $$home

.PHONY: fuzz
fuzz: setup ## read damaged files of every format for FUZZ_SECONDS (600); findings go to FUZZ_FOLDER
	nice python -m tests.fuzz --seconds $(FUZZ_SECONDS) $(FUZZ_FOLDER)

.PHONY: check
check: setup ## lint, format and types
	ruff check .
	ruff format --check .
	pyright
	python -m tests.sql_style

.PHONY: sql-check
sql-check: setup ## tell where SQL is hard to read
	python -m tests.sql_style

.PHONY: ui
ui: setup ## the Dagster UI on 127.0.0.1, with its daemon
	shuzhang status > /dev/null # makes the home on first use; puts runs that were killed on record as failed
	dagster dev -w workspace.yaml -h 127.0.0.1 -p $(UI_PORT)

.PHONY: docs
docs: setup ## write the generated data dictionary
	shuzhang dictionary docs/data-dictionary.md

.PHONY: clean
clean: ## remove the environment and caches, never a home
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis
