# Two commands matter: `make demo` and `make test`. Both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUNDLES ?=
CASES_OF_EACH ?= 260
KILLS ?= 200
EXAMPLES_OF_EACH ?= 2000

.DEFAULT_GOAL := help
.PHONY: help install demo serve test pytest test-postgresql check lint fuzz torture soak bench generate lock clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "imagewright needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python requirements/run.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/test.txt
	@touch $@

install: $(VENV)/.run ## Make .venv with the pinned versions

demo: install ## Run the main job against a server of its own
	$(BIN)/imagewright demo $(foreach bundle,$(BUNDLES),--bundle $(bundle))

serve: install ## Run the server: https://127.0.0.1:8443, data in ./data
	$(BIN)/imagewright serve

lint: $(VENV)/.test ## Check style, types and the direction of imports
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: $(VENV)/.test ## Check everything and run all tests
	@$(MAKE) --no-print-directory --jobs=2 --keep-going lint pytest

pytest: $(VENV)/.test
	$(BIN)/pytest -n 4 --dist loadscope --no-loadscope-reorder

test-postgresql: $(VENV)/.test ## Run the tests of storage, jobs and contract on PostgreSQL
	TEST_DATABASE=postgresql $(BIN)/pytest -n 3 --dist loadscope tests/storage tests/jobs tests/contract/conformance tests/e2e/test_torture.py

fuzz: $(VENV)/.test ## Twenty thousand made-up requests, and thousands of broken files for every reader
	FUZZ_EXAMPLES_OF_EACH=$(EXAMPLES_OF_EACH) $(BIN)/pytest tests/property/test_formats_mutations.py --timeout=600
	FUZZ_CASES_OF_EACH=$(CASES_OF_EACH) $(BIN)/pytest tests/e2e/test_made_up_requests.py --capture=no --timeout=600

torture: $(VENV)/.test ## Kill servers and workers two hundred times while users work, and look for anything lost
	TORTURE_KILLS=$(KILLS) $(BIN)/pytest tests/e2e/test_torture.py --capture=no

soak: $(VENV)/.test ## Use a server for ten minutes, and look whether it keeps its size
	SOAK_SECONDS=600 $(BIN)/pytest tests/e2e/test_soak.py --capture=no

bench: $(VENV)/.test ## Measure, side by side in one run
	$(BIN)/python -m compileall -q src # as an installed package is
	$(BIN)/python tests/bench

generate: $(VENV)/.test ## Write the generated files again
	$(BIN)/python -m imagewright.contract.generate
	$(BIN)/python docs/generate.py

lock: ## Choose the newest versions and pin them
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet pip-tools
	cd requirements && ./lock.sh ../build/lock/bin/pip-compile

clean: ## Remove what was made
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
