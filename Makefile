# Two commands matter: `make run` shows the whole house at work, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROWS ?= 20000
SEED ?= 1
export HUB_HOME ?= $(CURDIR)/var
PORT ?= 8080
# In quotes, for a path may hold spaces.
SAMPLED := HUB_SOURCE='sqlite:///$(HUB_HOME)/sample/province.sqlite' HUB_DROP_FOLDER='$(HUB_HOME)/sample/drop' \
  HUB_REGISTERS='$(HUB_HOME)/sample/registers' HUB_API_URL=http://localhost:$(PORT) HUB_API_PLAIN_LOOPBACK=yes
# Without its bytecode kept, each of the many processes of a run or a test would compile all libraries anew: 8 CPU seconds each.
unexport PYTHONDONTWRITEBYTECODE
# Where no cache can be kept, as with a read-only home, packages are installed without one.
export UV_NO_CACHE ?= $(shell mkdir -p "$${UV_CACHE_DIR:-$${XDG_CACHE_HOME:-$$HOME/.cache}/uv}" 2>/dev/null && echo 0 || echo 1)

.PHONY: help run site ckan ckan-stop test test-fast check fix bench docs screenshots lock clean

help:  ## Show these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(VENV)/.run: requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: set PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "The venv module is missing (Debian: apt install python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run  ## Invent a province, run the main job, publish to a folder of pages
	@$(BIN)/hub sample --rows $(ROWS) --seed $(SEED)
	@$(SAMPLED) $(BIN)/hub run
	@$(SAMPLED) $(BIN)/hub approve area-colours --if-waiting --by second-person
	@echo "Open 打开: $(HUB_HOME)/portal/index.html"

site: run  ## All of `make run`, then the pages on localhost with invented people to sign in as
	@$(SAMPLED) $(BIN)/hub negative-list make
	@$(SAMPLED) $(BIN)/hub sample-people
	@$(SAMPLED) $(BIN)/hub serve-web --bind 127.0.0.1:$(PORT)

screenshots: $(VENV)/.dev  ## Pictures of the folder portal and of all pages (after `make run`); docs/images gets those that docs show
	@$(BIN)/python docs/screenshots.py '$(HUB_HOME)/portal' docs/images
	@$(SAMPLED) PYTHONPATH=. $(BIN)/python docs/web_screenshots.py '$(HUB_HOME)/pictures'

ckan: $(VENV)/.dev  ## Start a real CKAN on this machine, publish the sample to it, print address and login
	@$(BIN)/python -m tests.plugins.ckan_stack start
	@HUB_HOME='$(HUB_HOME)/ckan-hub' $(BIN)/hub sample --rows $(ROWS) --seed $(SEED)
	@eval "$$($(BIN)/python -m tests.plugins.ckan_stack environment)" && HUB_HOME='$(HUB_HOME)/ckan-hub' \
	  HUB_SOURCE='sqlite:///$(HUB_HOME)/ckan-hub/sample/province.sqlite' HUB_DROP_FOLDER='$(HUB_HOME)/ckan-hub/sample/drop' \
	  $(BIN)/hub run --portal ckan
	@$(BIN)/python -m tests.plugins.ckan_stack status

ckan-stop:  ## End the CKAN that `make ckan` started and remove what it held
	@test ! -x $(BIN)/python || $(BIN)/python -m tests.plugins.ckan_stack stop
	@rm -rf '$(HUB_HOME)/ckan-hub'

test: $(VENV)/.dev  ## All tests (missing components are skipped and named; HUB_REQUIRE=postgres makes that a failure)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/.dev  ## The quick part of the tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

check: $(VENV)/.dev  ## Format, lint, types, layers, generated docs; changes nothing
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m hub.settings_page --check && $(BIN)/python -m catalog.derive.docs --check && $(BIN)/python -m agreements.docs --check && $(BIN)/python -m tests.spec.sharing_page --check && $(BIN)/python -m tests.spec.readers_page --check && $(BIN)/python -m tests.spec.rules_page --check

fix: $(VENV)/.dev  ## Format, mend what the linter can mend, rewrite generated docs
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	@$(MAKE) --no-print-directory docs

docs: $(VENV)/.dev  ## Rewrite the generated pages
	@$(BIN)/python -m hub.settings_page --docs && $(BIN)/python -m catalog.derive.docs && $(BIN)/python -m agreements.docs --docs && $(BIN)/python -m tests.spec.sharing_page --docs && $(BIN)/python -m tests.spec.readers_page --docs && $(BIN)/python -m tests.spec.rules_page --docs

bench: $(VENV)/.dev  ## Benchmarks: ratios and peak memory, each against a floor or a peer in the same run (CKAN's: docs/ckan.md)
	@for name in $$(grep -l '__main__' benchmarks/*.py | grep -v ckan | xargs -n1 basename -s .py); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

lock:  ## Resolve the lock files anew
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock
	@echo "uv" | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-uv.lock

clean:  ## Remove the environment and everything that was made
	@rm -rf $(VENV) var build *.egg-info
