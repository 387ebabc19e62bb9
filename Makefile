# The commands of this project; `make help` lists them. The first two that you need: `make demo` and `make test`.
# Each sets up what it needs: uv (on PATH, else in .tools/), the locked environment in .venv/, and what tests need.

SHELL := /bin/bash
ENVIRONMENT := $(or $(UV_PROJECT_ENVIRONMENT),.venv)
BIN := $(ENVIRONMENT)/bin
READY := $(ENVIRONMENT)/.ready
PORT ?= 5000
WORKERS ?= 2

.DEFAULT_GOAL := help
# The page: what it is made of, what its tools need, its build in the Python package, and what was checked last.
UI_SOURCES := $(shell find ui/src ui/public ui/scripts ui/index.html ui/package.json ui/*.ts -type f) schema/calls.ts
UI_TESTS := $(shell find ui/tests -type f)
UI_TOOLS := ui/node_modules/.ready
UI_BUILT := src/millrace/server/static/index.html
UI_TYPED := ui/node_modules/.typed
UI_TESTED := ui/node_modules/.tested
NPM = $(BIN)/python scripts/ui.py npm run --silent

.PHONY: help demo test environment lint format types unit docs schema picture pictures postgres chromium witness bench ui wheel clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

demo: $(READY) ## train and log the quickstart, then serve it on http://127.0.0.1:5000 (PORT=… for another port)
	@$(MAKE) --no-print-directory $(UI_BUILT) || echo "The page is not built (see above): a plain one is served instead."
	@scripts/demo.sh $(ENVIRONMENT) $(PORT)

test: lint types unit wheel ## what CI runs first: style, types, all tests, layers, generated files, the wheel

environment: $(READY) ## make the Python environment from the lock file

$(READY): uv.lock pyproject.toml scripts/uv
	scripts/uv sync --frozen
	@touch $@

lint: $(READY) ## check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## put the code into its format, and repair what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY) $(UI_TYPED) ## check types: mypy --strict inside, pyright on what users see, tsc on the page
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

unit: $(READY) postgres chromium witness $(UI_TESTED) $(UI_BUILT) ## run the tests only (PYTEST='-k name' to choose)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -q $(PYTEST)

# A group is a file tests/integrations/GROUP.txt (its libraries) and a folder tests/integrations/GROUP (its tests).
GROUPS = $(sort $(basename $(notdir $(wildcard tests/integrations/*.txt))))

# What one group may take for its installation, and again for its tests: a hanging index or library fails its group, not the machine.
GROUP_SECONDS ?= 1500

.PHONY: test-integrations $(addprefix test-integrations-,$(GROUPS))
test-integrations: $(addprefix test-integrations-,$(GROUPS)) ## test with other people's libraries, each group in an environment of its own

$(addprefix test-integrations-,$(GROUPS)): test-integrations-%: $(READY)
	timeout $(GROUP_SECONDS) scripts/integrations.sh $*
	MILLRACE_INTEGRATIONS=$* PYTHONPATH=src timeout $(GROUP_SECONDS) .integrations/$*/bin/python -m pytest \
		-n $(WORKERS) --dist loadfile -q tests/integrations/$* $(PYTEST)

ui: $(UI_TYPED) $(UI_TESTED) $(UI_BUILT) ## check and test the page in ui/, and build it into the package

$(UI_TOOLS): ui/package-lock.json $(READY)
	$(BIN)/python scripts/ui.py install
	@touch $@

$(UI_TYPED): $(UI_TOOLS) $(UI_SOURCES) $(UI_TESTS) ui/tsconfig.json
	$(NPM) types
	@touch $@

$(UI_TESTED): $(UI_TOOLS) $(UI_SOURCES) $(UI_TESTS)
	$(NPM) test
	@touch $@

$(UI_BUILT): $(UI_TOOLS) $(UI_SOURCES)
	$(NPM) build

wheel: $(READY) $(UI_BUILT) ## build the wheel and the sdist into dist/, with the page in them, and look whether it is there
	scripts/uv build --out-dir dist
	$(BIN)/python scripts/wheel.py dist

docs: $(READY) ## write docs/reference/ anew from the code
	$(BIN)/python scripts/reference.py

schema: $(READY) ## write schema/ anew from the calls, and the SDK's stub from its table of names
	$(BIN)/python scripts/schema.py
	$(BIN)/python scripts/stubs.py

picture: $(READY) ## draw the README's picture anew from a run of the quickstart
	$(BIN)/python scripts/picture.py

pictures: $(READY) chromium $(UI_BUILT) ## take the README's pictures of the page anew
	$(BIN)/python scripts/pictures.py

postgres: ## see to it that a PostgreSQL server is there for the tests
	@scripts/postgres.sh

chromium: ## see to it that a Chromium is there for the tests of the page
	@scripts/chromium.sh

witness: $(READY) ## make .witness/: the real mlflow, in an environment of its own
	@PATH="$(CURDIR)/.tools/uv/bin:$$PATH" scripts/witness.sh

bench: $(READY) witness chromium $(UI_BUILT) ## measure us and the real mlflow side by side
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/python benchmarks/server_start.py
	$(BIN)/python benchmarks/log_metric.py
	$(BIN)/python benchmarks/trace_call.py
	$(BIN)/python benchmarks/spans.py
	$(BIN)/python benchmarks/points.py
	$(BIN)/python benchmarks/search.py
	$(BIN)/python benchmarks/table.py
	$(BIN)/python benchmarks/server.py
	$(BIN)/python benchmarks/many_writers.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/frame.py
	$(BIN)/python benchmarks/system_metrics.py
	$(BIN)/python benchmarks/console.py
	$(BIN)/python benchmarks/artifacts.py
	$(BIN)/python benchmarks/ui.py

clean: ## remove environments, caches and the demo's data
	rm -rf $(ENVIRONMENT) .tools .witness .integrations .pytest_cache .mypy_cache .ruff_cache .hypothesis demo dist
	rm -rf ui/node_modules src/millrace/server/static
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
