# What people do with a checkout. `make` alone lists it.

SHELL := /bin/sh
PORT ?= 8000
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
RESULTS := var/test

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo test check bench faults

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## install what is missing; afterwards .venv/bin/solidarity works
	@sh scripts/setup.sh run

setup-tests:
	@sh scripts/setup.sh tests

demo: setup ## load the demo network and serve it on port 8000, or PORT=…
	@exec .venv/bin/solidarity demo --dir var/demo --port $(PORT)

check: setup-tests ## format, lint, types, imports, fast tests: under a minute
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	@mkdir -p $(RESULTS)
	$(PYTEST) tests/rules tests/contracts -q -n 2 -m "not slow" --junitxml=$(RESULTS)/fast.xml

test: check ## the whole suite, on SQLite and PostgreSQL, and in a browser
	CI=true $(PYTEST) -q -n 2 -m "not browser and not slow" --ignore=tests/rules --ignore=tests/contracts --junitxml=$(RESULTS)/most.xml
	CI=true $(PYTEST) -q -m "browser and not slow" --junitxml=$(RESULTS)/browser.xml
	@$(PYTHON) scripts/count_tests.py $(RESULTS)/fast.xml $(RESULTS)/most.xml $(RESULTS)/browser.xml

bench: setup-tests ## measure
	@for file in bench/*.py; do echo "== $$file"; PYTHONPATH=. $(PYTHON) $$file || exit 1; done

faults: setup-tests ## the long campaigns: what breaks around us
	CI=true $(PYTEST) -m slow
