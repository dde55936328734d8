# Two commands do everything: `make demo` and `make test`. Longer logic lives in project/setup/.
PYTHON ?= python3
export VAR := $(abspath $(or $(DINGBIAN_VAR),var))
BIN := $(VAR)/venv/bin
# Whatever any tool writes goes under var/.
export PIP_CACHE_DIR := $(VAR)/cache/pip
export npm_config_cache := $(VAR)/cache/npm
export XDG_CACHE_HOME := $(VAR)/cache
export PYTHONPYCACHEPREFIX := $(VAR)/cache/pycache
export TMPDIR := $(VAR)/tmp

.PHONY: help setup setup-test demo serve test test-fast lint bench translations backup restore roles clean

help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

$(TMPDIR):
	@mkdir -p $@

## make demo       set up, load the sample district, run the main job once, serve on PORT (8000)
demo: setup
	@DINGBIAN_DEMO=1 exec $(BIN)/python manage.py demo --serve

## make serve      web, worker and beat in the foreground, on what is there
serve: setup
	@exec $(BIN)/python manage.py serve

## make test       set up, every test, on the database of DATABASE_URL (SQLite without it)
test: setup-test
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup $(ARGS)

## make test-fast  no browser, nothing slow, SQLite, under a minute
test-fast: setup
	@env -u DATABASE_URL $(BIN)/python -m pytest -q -n 2 --dist loadgroup -m "not browser and not slow" $(ARGS)

## make lint       format, lint, floors, templates, migrations, translations
lint: setup
	@PATH=$(BIN):$$PATH sh project/setup/lint.sh

## make bench      what an act, a page and a paper cost, as JSON lines
bench: setup
	@$(BIN)/python -m project.bench $(ARGS)

## make translations  bring the English catalogue up to the source
translations: setup
	@$(BIN)/python manage.py makemessages -l en --no-location --no-obsolete -i var

## make backup     database and files into one archive; FILE= names it
backup:
	@$(BIN)/python manage.py backup $(FILE)

## make restore    FILE=… [REPLACE=1] database and files back out of it, log verified
restore:
	@$(BIN)/python manage.py restore $(FILE) $(if $(REPLACE),--replace)

## make roles      print the SQL that makes the PostgreSQL owner and application roles
roles:
	@cat project/setup/roles.sql

setup: | $(TMPDIR)
	@$(PYTHON) project/setup/system.py demo
	@$(PYTHON) project/setup/install.py

setup-test: | $(TMPDIR)
	@$(PYTHON) project/setup/system.py test
	@$(PYTHON) project/setup/install.py

clean:
	rm -rf $(VAR)/cache $(VAR)/tmp $(VAR)/test*
