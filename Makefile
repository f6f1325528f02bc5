# Python 3.11 or newer and git are all that is needed; everything else goes into .venv.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
PIP := -m pip --disable-pip-version-check --quiet
EXAMPLE := example/shopify_extractor

.PHONY: help example test check examples format clean

help:
	@echo 'make example   generate the Shopify driver into ./example, install it, test it, show rows'
	@echo 'make test      set up .venv and run all tests'
	@echo 'make check     ruff, black, mypy --strict and all tests'
	@echo 'make examples  write generated_examples/ anew from component_specs/'
	@echo 'make clean     remove what these made'

.venv/ready: pyproject.toml
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) install -e .
	@touch $@

.venv/installed: .venv/ready
	$(BIN)/python $(PIP) install -e '.[dev]'
	@touch $@

example: .venv/ready
	rm -rf example && mkdir example
	$(BIN)/osiris-new driver component_specs/shopify.extractor.yaml -o $(EXAMPLE)
	$(BIN)/python -m venv example/.venv
	example/.venv/bin/python $(PIP) install './$(EXAMPLE)[test]'
	cd $(EXAMPLE) && ../.venv/bin/python -m pytest -q
	example/.venv/bin/python tests/system/show_rows.py $(EXAMPLE)

test: .venv/installed
	$(BIN)/python -m pytest -q -n auto

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/black --check --quiet scaffold tests conftest.py
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n auto

examples: .venv/installed
	$(BIN)/python -m pytest -q tests/golden --update-golden

format: .venv/installed
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/black --quiet scaffold tests conftest.py

clean:
	rm -rf .venv example build dist
