PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
DEMO := NEWSDESK_HOME=$(CURDIR)/.demo
QUESTION ?= How many people came to Harrow Meadow?

.PHONY: demo test test-slow bench constraints clean

demo: .demo/built
	$(DEMO) $(BIN)/newsdesk ask "$(QUESTION)"

test: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n logical --dist loadfile -m "not weights and not slow"

# The browser tests want a Chromium on PATH, and skip, saying so, where there is none.
test-slow: .venv/dev
	$(BIN)/pytest -n logical --dist loadfile -m "weights or slow"

bench: .venv/dev
	$(BIN)/python -m tests.bench $(BENCH)

.demo/built: .venv/installed $(wildcard corpus/articles/*.md)
	$(DEMO) $(BIN)/newsdesk index build corpus/articles
	touch $@

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Newsdesk needs Python 3.11 or newer; try make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --editable .
	touch $@

.venv/dev: .venv/installed
	$(PIP) --editable .[dev,local]
	touch $@

# From an environment with the wanted versions; local version labels such as +cpu are dropped.
constraints: .venv/dev
	(echo '# What a fresh environment installs; made by `make constraints`.'; \
	 $(BIN)/pip freeze --exclude-editable | sed 's/+cpu//') > constraints.tmp && mv constraints.tmp constraints.txt

clean:
	rm -rf .venv .demo .bench
