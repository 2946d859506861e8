# Revisit: what can be done here. `make help` lists it.
PYTHON ?= python3
PY := .venv/bin/python
# Tests on all processors, each file by one process.
JOBS ?= auto
ARGS ?=
NEED_PYTHON = command -v $(PYTHON) >/dev/null || \
	{ echo "Python 3.11 or newer is needed, there is no $(PYTHON); name one: make PYTHON=/path/to/python3" >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run serve test check bench backup restore messages lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## The virtual environment and all that belongs to it (every other target begins with this)
	@$(NEED_PYTHON)
	@$(PYTHON) crm/local/install.py

setup-dev:
	@$(NEED_PYTHON)
	@$(PYTHON) crm/local/install.py dev

run: setup ## Everything on this machine, with demo data: PORT=8000, REVISIT_DATA=.local
	@exec $(PY) -m crm.local up

serve: setup ## Production on this host; addresses and secrets come from the environment, see .env.example
	@exec $(PY) -m crm.local serve

test: setup-dev ## All tests, browser tests included: ARGS="-k words", JOBS=0 for one process, CHROMIUM=/path
	@exec $(PY) -m crm.local.check test -n $(JOBS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup-dev ## Format, lint, types, import contracts, migrations, translations, templates, then all tests
	@exec $(PY) -m crm.local.check all -n $(JOBS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: setup-dev ## Measure: one JSON line a figure: ARGS="start views" for some of them
	@exec $(PY) -m bench $(ARGS)

backup: setup ## A verified dump of the database: FILE=somewhere.dump for another place
	@exec $(PY) -m crm.local backup $(FILE)

restore: setup ## Bring a dump back: FILE=the.dump
	@exec $(PY) -m crm.local restore $(if $(FILE),"$(FILE)")

messages: setup-dev ## Gather the texts of all sources into the catalogue of translations
	@exec $(PY) -m crm.local.messages update

lock: setup-dev ## Write the exact versions with hashes anew: ARGS=--upgrade for newer ones
	@exec $(PY) -m crm.local.lock $(ARGS)

clean: ## Remove what setup made (the data in .local stays)
	rm -rf .venv node_modules static/vendor staticfiles
	find . -name '*.mo' -path '*/locale/*' -delete
