# Everything works from a fresh clone: `make run` and `make test` do their own set-up.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench demo lock translations clean

help: ## show what there is to make
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Dragoman needs Python 3.11 or newer; '$(PYTHON)' is older or missing. Try: make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "This Python cannot make environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-test: requirements-test.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

$(VENV)/.translated: $(wildcard app/translations/*/LC_MESSAGES/messages.po) $(VENV)/.installed
	@$(BIN)/pybabel -q compile -d app/translations
	@touch $@

# a start reads compiled modules also where Python is told to write none: half a second less
PACKAGES := app glossary memory importers languages storage
$(VENV)/.compiled: $(shell find $(PACKAGES) -name '*.py') $(VENV)/.installed
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

setup: $(VENV)/.installed $(VENV)/.translated $(VENV)/.compiled ## create the environment and install the locked dependencies

run: setup ## start the service on http://127.0.0.1:8000
	@$(BIN)/dragoman serve

test: $(VENV)/.installed-test $(VENV)/.translated $(VENV)/.compiled ## run every check and every test, on SQLite and on PostgreSQL
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(VENV)/.installed-test ## style and layers
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache

lock: $(VENV)/.installed-test ## resolve the dependencies again
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --extra test -o requirements-test.lock

EXTRACT := $(BIN)/pybabel -q extract -F babel.cfg -k _:1 -k UnreadableFile:3 -k Warning_:2 -k worded:1 -k Reason:1 --no-wrap --sort-output --no-location
translations: $(VENV)/.installed ## bring the catalogues up to the words in the code
	$(EXTRACT) -o build-messages.pot .
	for language in nl ar; do $(BIN)/pybabel -q update -N --no-wrap -i build-messages.pot -d app/translations -l $$language; done
	rm build-messages.pot

bench: $(VENV)/.installed-test $(VENV)/.translated ## measure, and print figures as ratios
	$(BIN)/python bench/service.py --database both --quick

demo: setup ## the service with a sample letter, on a data folder of its own
	DRAGOMAN_DATA=var/demo $(BIN)/dragoman serve

clean: ## remove the environment (never the data under var/)
	rm -rf $(VENV) build *.egg-info
