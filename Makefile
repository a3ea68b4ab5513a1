# Each goal sets up its own virtual environment; python3 (3.11 or later) and make are enough.
#
#   make demo               GPT3-13B chats on an NPU, on NPU+PIM and on NeuPIMs
#   make test               lint, types, import order, quick reproductions, tests
#   make test EXTRAS=all    the same with every optional dependency installed
#   make bench              speed and memory against their targets
#   make soak               10,000 random pairs of hardware and workload, PAIRS=500 fewer
#   make minimum            the tests with the oldest versions of the dependencies (Python 3.11)
#   make docs               the documentation, in build/docs
#   make trust              conformance, hash table, faults, empty environment; reports/trust.md
#   make fuzz               20,000 hostile inputs of every kind, half an hour
#   make mutation           mutants of the kernel, the DRAM timing, energy and the closed forms
#   make lint | format | hooks | clean | distclean
#
# PYTHON=python3.12 picks an interpreter, VENV=folder another place, JOBS=4 the test processes.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test lint format reproduce pytest bench soak minimum docs trust fuzz mutation \
  hooks clean distclean

VENV ?= .venv
EXTRAS ?=
JOBS ?= 2
PAIRS ?= 10000

BIN := $(VENV)/bin
comma := ,
plus_signs = $(subst $(comma),+,$(1))
commas = $(subst +,$(comma),$(1))

# One stamp for each set of extras: made again when pyproject.toml or the environment changes.
for_demo := $(VENV)/.installed-plot
for_tests := $(VENV)/.installed-$(call plus_signs,$(if $(EXTRAS),$(EXTRAS)$(comma))test)

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

$(BIN)/python:
	@for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Setting up $(VENV) with $$($$candidate --version)"; \
	    $$candidate -m venv --clear $(VENV) && exit 0; \
	    rm -rf $(VENV); \
	    echo "make: $$candidate cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "make: archsim needs Python 3.11 or later, found $$(python3 --version 2>/dev/null || echo none); install one, or name it: make PYTHON=/path/to/python3.11" >&2; \
	exit 1

$(VENV)/.installed-%: pyproject.toml $(BIN)/python
	@echo "Installing archsim[$(call commas,$*)] into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(call commas,$*)]'
	@touch $@

demo: $(for_demo)
	@PATH="$(abspath $(BIN)):$$PATH" sh reports/demo/demo.sh

# The quick checks come first; pytest's closing line is the last thing printed.
test: lint reproduce pytest

lint: $(for_tests)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

reproduce: $(for_tests)
	$(BIN)/archsim reproduce --quick

pytest: $(for_tests)
	$(BIN)/pytest -q -n $(JOBS) --dist worksteal

format: $(for_tests)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(for_tests)
	$(BIN)/python tests/bench/run.py

soak: $(for_tests)
	$(BIN)/python tests/trust/soak.py --pairs $(PAIRS)

# The tests that need no extra: pages, ONNX files, CP-SAT and residuals have their own.
minimum: $(VENV)-minimum/.installed
	$(VENV)-minimum/bin/python -m pytest -q -p no:cacheprovider tests/config tests/kernel \
	  tests/result tests/blocks tests/technology tests/space tests/determinism \
	  tests/conformance/test_random_pairs.py

$(VENV)-minimum/.installed: pyproject.toml tests/minimum/constraints.txt
	@$(or $(PYTHON),python3.11) -m venv --clear $(VENV)-minimum
	@$(VENV)-minimum/bin/python -m pip install --quiet --disable-pip-version-check -e . \
	  pytest hypothesis jsonschema -c tests/minimum/constraints.txt
	@touch $@

trust: $(for_tests)
	$(BIN)/python tests/trust/conformance_record.py
	$(BIN)/python tests/trust/faults.py
	$(BIN)/python tests/packaging/empty_environment.py
	$(BIN)/python tests/trust/run.py

docs: $(for_tests)
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "build/docs/index.html"

fuzz: $(for_tests)
	$(BIN)/python tests/fuzz/campaign.py --record

mutation: $(for_tests)
	$(BIN)/python tests/mutation/run.py --jobs $(JOBS)

hooks: $(for_tests)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pre-commit>=3.7'
	$(BIN)/pre-commit install

clean:
	rm -rf build dist results docs/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find archsim tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV) $(VENV)-minimum
