# What a person runs in this repository. `make` alone lists the targets.
# A machine needs make and Python 3.11 or newer; everything else is put into .venv by tools/bootstrap.py.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin

# The same flags for all files: hashes of every published file, and no address of where they came from.
PINS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" --quiet
LOCK := uv pip compile pyproject.toml requirements/build.in --extra cloud $(PINS)

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast bench check lint types contracts house lengths tidy documented fix lock clean \
	env env-dev env-bench

help: ## list the targets
	@echo 'make TARGET, where TARGET is one of:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

demo: env ## move a recorded shop into a pretend Sage 50 and prove it (make demo ARGS="--gate invoiced")
	@$(BIN)/ml-connector demo $(ARGS)

test: env-dev ## all tests, the slow ones too (make test ARGS="-k vat")
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-fast: env-dev ## the quick tests: under a minute
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" --hypothesis-profile=quick $(ARGS)

bench: env-dev env-bench ## measure on this machine: bench/results.json and a table (make bench ARGS=extract)
	@$(BIN)/python -m bench $(ARGS)

check: lint types contracts house ## ruff, pyright (strict), the import contracts, and the house rules

lint: env-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: env-dev
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright src tests tools bench

contracts: env-dev
	$(BIN)/lint-imports --no-logo

house: lengths tidy documented

lengths: env-dev
	$(BIN)/python -m tools.check_lengths

tidy: env-dev
	$(BIN)/python -m tools.check_tidy

documented: env-dev
	$(BIN)/python -m tools.check_docs

fix: env-dev ## mend what ruff can mend, and tighten the file-length ratchet
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python -m tools.check_lengths --tighten

lock: ## make requirements/*.txt again from pyproject.toml; needs uv (ARGS=--upgrade takes newer versions)
	$(LOCK) $(ARGS) --output-file requirements/cloud.txt
	$(LOCK) $(ARGS) --group dev --constraints requirements/cloud.txt --output-file requirements/dev.txt
	uv pip compile --group bench $(PINS) $(ARGS) --output-file requirements/bench.txt

clean: ## remove the environment, caches and what the demo left
	rm -rf .venv .venv-bench .demo .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find src tests tools bench -type d -name __pycache__ -prune -exec rm -rf {} +

env:
	@$(PYTHON) tools/bootstrap.py cloud

env-dev:
	@$(PYTHON) tools/bootstrap.py dev

env-bench:
	@$(PYTHON) tools/bootstrap.py bench
