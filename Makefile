# The commands of this project; `make help` lists them. The first two that you need: `make demo` and `make test`.
# Each sets up what it needs: uv (on PATH, else in .tools/), the locked environment in .venv/, and what tests need.

SHELL := /bin/bash
ENVIRONMENT := $(or $(UV_PROJECT_ENVIRONMENT),.venv)
BIN := $(ENVIRONMENT)/bin
READY := $(ENVIRONMENT)/.ready
PORT ?= 5000
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test environment lint format types unit docs schema picture pictures postgres chromium witness bench clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(READY) ## train and log the quickstart, then serve it on http://127.0.0.1:5000 (PORT=… for another port)
	@scripts/demo.sh $(ENVIRONMENT) $(PORT)

test: lint types unit ## everything that CI runs: style, types, all tests, layers, generated files

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

types: $(READY) ## check types: mypy --strict inside, pyright on what users see
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

unit: $(READY) postgres chromium witness ## run the tests only (PYTEST='-k name' to choose)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -q $(PYTEST)

docs: $(READY) ## write docs/reference/ anew from the code
	$(BIN)/python scripts/reference.py

schema: $(READY) ## write schema/ anew from the calls, and the SDK's stub from its table of names
	$(BIN)/python scripts/schema.py
	$(BIN)/python scripts/stubs.py

picture: $(READY) ## draw the README's picture anew from a run of the quickstart
	$(BIN)/python scripts/picture.py

pictures: $(READY) chromium ## take the README's pictures of the page anew
	$(BIN)/python scripts/pictures.py

postgres: ## see to it that a PostgreSQL server is there for the tests
	@scripts/postgres.sh

chromium: ## see to it that a Chromium is there for the tests of the page
	@scripts/chromium.sh

witness: $(READY) ## make .witness/: the real mlflow, in an environment of its own
	@PATH="$(CURDIR)/.tools/uv/bin:$$PATH" scripts/witness.sh

bench: $(READY) witness chromium ## measure us and the real mlflow side by side
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/python benchmarks/server_start.py
	$(BIN)/python benchmarks/log_metric.py
	$(BIN)/python benchmarks/points.py
	$(BIN)/python benchmarks/search.py
	$(BIN)/python benchmarks/server.py
	$(BIN)/python benchmarks/ui.py

clean: ## remove environments, caches and the demo's data
	rm -rf $(ENVIRONMENT) .tools .witness .pytest_cache .mypy_cache .ruff_cache .hypothesis demo dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
