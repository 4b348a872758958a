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
	$(BIN)/pytest -m "not weights and not slow"

# The browser tests want a Chromium; where none is found and none can be installed they skip, and say so.
test-slow: .venv/dev
	@command -v chromium || command -v chromium-browser || command -v google-chrome || { \
	  as_root=; test "$$(id -u)" = 0 || as_root=sudo; \
	  $$as_root apt-get update -qq && $$as_root apt-get install -y -qq --no-install-recommends chromium; \
	} || echo "No Chromium could be installed: the browser tests are skipped. Put chromium on PATH to run them." >&2
	$(BIN)/pytest -m "weights or slow"

bench: .venv/dev
	$(BIN)/python tests/bench.py $(BENCH)

.demo/built: .venv/installed $(wildcard corpus/articles/*.md)
	$(DEMO) $(BIN)/newsdesk index build corpus/articles
	touch $@

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Newsdesk needs Python 3.11 or newer; try make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --editable .
	touch $@

.venv/dev: .venv/installed
	$(PIP) --editable .[dev]
	touch $@

# From an environment with the wanted versions; local version labels such as +cpu are dropped.
constraints: .venv/dev
	(echo '# What a fresh environment installs; made by `make constraints`.'; \
	 $(BIN)/pip freeze --exclude-editable | sed 's/+cpu//') > constraints.tmp && mv constraints.tmp constraints.txt

clean:
	rm -rf .venv .demo .bench
