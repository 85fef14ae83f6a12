# What contributors run. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help install test fast lint format demo wheels

PYTHON ?= python3
BIN := .venv/bin

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(BIN)/fluffy-tui: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -e '.[test,lint]'
	@touch $@

install: $(BIN)/fluffy-tui ## install everything into .venv

test: install ## run all tests
	$(BIN)/pytest -n 4

fast: install ## run the quick tests of every pack, in about a minute
	$(BIN)/pytest -q -n 2 --hypothesis-profile quick --ignore tests/journey --ignore tests/faults -m "not slow and not snapshot"

lint: install ## check style, types, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

demo: install ## open the demo
	$(BIN)/fluffy-tui --demo

wheels: install ## check that every pinned dependency has a wheel for every supported Python and platform
	$(BIN)/python .ci/wheels.py
