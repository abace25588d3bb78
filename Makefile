# Shuzhang 数账. `make help` lists the targets. A fresh machine needs Python (3.11 to 3.13), git and make; uv is installed into .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# The newest Python that there is, of those that are tested: coverage is counted by the interpreter itself from 3.12 on, by a tracer before.
PYTHON ?= $(shell for version in 3.13 3.12; do \
	PYENV_VERSION=$$version python$$version -c 'import sys; print(sys.executable)' 2>/dev/null && exit; done; echo python3)
SHUZHANG_HOME ?= $(CURDIR)/.shuzhang
export SHUZHANG_HOME
export DAGSTER_HOME := $(SHUZHANG_HOME)/dagster
export PATH := $(CURDIR)/.venv/bin:$(PATH)
UI_PORT ?= 3000
FUZZ_SECONDS ?= 600
KILLS ?= 200
# One more than there are cores: many tests wait for processes of their own.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 1) + 1 )))
# Files in their order: by the number of their tests, those with a few long ones would come last, and two workers wait for the third.
IN_ORDER = --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder
FUZZ_FOLDER ?= $(SHUZHANG_HOME)/fuzz
PUBLISH_FOLDER ?= $(SHUZHANG_HOME)/real-reports
PYTHONS ?= 3.11 3.12 3.13
REAL_DATA = $(or $(SHUZHANG_TEST_DATA),../shared/data)
STAMP := .venv/.synced
TEST_FAST := pytest tests/unit -m "not slow" --quiet --numprocesses auto --dist loadscope

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

# Compiled here once: who may not write bytecode (PYTHONDONTWRITEBYTECODE) would compile some thousand modules at each start.
$(STAMP): .venv/bin/uv pyproject.toml uv.lock
	.venv/bin/uv sync --frozen --inexact --extra ui --quiet --compile-bytecode
	@touch $@

.PHONY: setup
setup: $(STAMP) ## make the environment in .venv

.PHONY: run
run: setup ## write the example city, deliver it, run the whole pipeline, draft its reports
	test -d $(SHUZHANG_HOME)/example || shuzhang example $(SHUZHANG_HOME)/example
	shuzhang deliver $(SHUZHANG_HOME)/example
	shuzhang run
	shuzhang publish
	shuzhang publish --kind enterprise

.PHONY: test
test: setup ## run the tests, with coverage (real data: SHUZHANG_TEST_DATA, default ../shared/data)
	pytest -m "not long" $(IN_ORDER) --cov --cov-report term:skip-covered

.PHONY: test-long
test-long: setup ## run the tests that take up to minutes each, in half an hour
	pytest -m long $(IN_ORDER)

.PHONY: test-fast
test-fast: setup ## run the unit tests that are not slow, under a minute
	$(TEST_FAST)

.PHONY: test-pythons
test-pythons: $(PYTHONS:%=test-python-%) ## test-fast on other Pythons (PYTHONS, default 3.11 3.12 3.13), each in an environment of its own

# PYENV_VERSION finds a Python of pyenv that is not switched on; without pyenv it means nothing.
test-python-%: .venv/bin/uv
	python=$$(PYENV_VERSION=$* python$* -c 'import sys; print(sys.executable)') \
		&& UV_PROJECT_ENVIRONMENT=.venv-$* .venv/bin/uv sync --frozen --extra ui --quiet --python $$python
	PATH=$(CURDIR)/.venv-$*/bin:$$PATH $(TEST_FAST)

.PHONY: verify-real
verify-real: setup ## deliver and run the real catalogues, then prove 500 seeded rows of every derived table (three minutes)
	home=$$(mktemp -d) && python -m tests.real $$home $(REAL_DATA) && shuzhang verify --rows 500 --home $$home && rm -r $$home

.PHONY: publish-real
publish-real: setup ## lay invented costs over the real catalogues, run, publish the reports into PUBLISH_FOLDER (ten minutes)
	mkdir -p $(PUBLISH_FOLDER) && home=$$(mktemp -d) && python -m tests.real $$home $(REAL_DATA) --costs \
		&& shuzhang publish --period 2026-06 --out $(PUBLISH_FOLDER)/government --home $$home \
		&& shuzhang publish --period 2026-06 --kind enterprise --out $(PUBLISH_FOLDER)/enterprise --home $$home && rm -r $$home

.PHONY: fuzz
fuzz: setup ## read damaged files of every format for FUZZ_SECONDS (600); findings go to FUZZ_FOLDER
	nice python -m tests.fuzz --seconds $(FUZZ_SECONDS) $(FUZZ_FOLDER)

.PHONY: kills
kills: setup ## kill deliver, run and export at KILLS (200) random moments; each home must end as one left alone (an hour)
	folder=$$(mktemp -d) && nice python -m tests.kills $$folder --count $(KILLS) && rm -r $$folder

.PHONY: check
check: setup ## lint, format, types and how SQL reads
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
	rm -rf .venv .venv-* .pytest_cache .ruff_cache .hypothesis .coverage
