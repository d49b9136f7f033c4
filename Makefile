# GourmetGram on Kubernetes. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 22

## One machine

up: $(BIN)/.run $(BIN)/.label-studio ## install, start every part and print where it is
	@$(BIN)/python -m manifests.local up

status: $(BIN)/.run ## say which parts run
	@$(BIN)/python -m manifests.local status

logs: $(BIN)/.run ## follow the logs of every part
	@$(BIN)/python -m manifests.local logs

down: $(BIN)/.run ## stop every part; the data stays in .local
	@$(BIN)/python -m manifests.local down

## Chameleon. Options: make chameleon-up CHAMELEON="--flavor m1.large"; all of them: CHAMELEON=--help

chameleon-up chameleon-status chameleon-extend chameleon-down: chameleon-%: $(BIN)/.chameleon
	@$(BIN)/python -m chameleon $* $(CHAMELEON)

chameleon-up: ## on Chameleon: reserve, create, install, wait until it answers
chameleon-status: ## on Chameleon: say what there is and where it answers
chameleon-extend: ## on Chameleon: keep it for another day
chameleon-down: ## on Chameleon: delete all that was made, and nothing else

## Tests

test: lint test-unit test-services ## every test that needs neither root nor a cluster

lint: $(BIN)/.test ## ruff, mypy and import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test-unit: $(BIN)/.test ## the tests that need no service
	$(BIN)/pytest tests/unit

test-services: $(BIN)/.test $(BIN)/.label-studio ## the tests with the real store, predictor, Label Studio and browser
	$(BIN)/pytest tests/services tests/faults

test-chameleon: $(BIN)/.test .venv-openstack/.done ## the provisioning against a real OpenStack, the user data in a container
	$(BIN)/pytest tests/openstack

## The model

# glibc gives large blocks back to the kernel at once; keeping them halves the time of a training step.
model: export MALLOC_MMAP_THRESHOLD_ := 4294967296
model: export MALLOC_TRIM_THRESHOLD_ := 4294967296
model: $(BIN)/.test ## train the model and export it: DATA=<Food-11> BACKBONE=<MobileNetV2.safetensors>
	$(BIN)/python -m predictor.training.train "$(DATA)" --backbone "$(BACKBONE)"
	$(BIN)/python -m predictor.training.export

evaluate: $(BIN)/.test ## judge the model on photos it has never seen: DATA=<Food-11>
	@$(BIN)/python -m predictor.training.evaluate "$(DATA)"

## Dependencies

# Everything is resolved at once, and each process then gets its part of that: the versions agree.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes pyproject.toml
lock: $(UV) ## resolve the dependencies and write the lock files
	$(LOCK) --group test -o tests/requirements.txt
	for group in predictor webapp cronjobs; do \
	  $(LOCK) --group $$group --constraints tests/requirements.txt -o $$group/requirements.txt; \
	done
	$(LOCK) --group local --constraints tests/requirements.txt -o manifests/local/requirements.txt
	$(LOCK) --group label-studio -o cronjobs/label_studio/requirements.txt
	$(LOCK) --group storage-initializer --constraints tests/requirements.txt -o tests/cluster/node/storage-initializer/requirements.txt

$(UV):
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

RUN_LOCKS := $(foreach part,predictor webapp cronjobs manifests/local,$(part)/requirements.txt)
$(BIN)/.run: $(RUN_LOCKS) | $(UV)
	@echo "Installing what the parts need into .venv"
	$(UV) pip install --python .venv $(addprefix -r ,$(RUN_LOCKS))
	@touch $@

$(BIN)/.chameleon: chameleon/requirements.txt | $(UV)
	@echo "Installing the OpenStack client into .venv"
	$(UV) pip install --python .venv -r $<
	@touch $@

.venv-openstack/.done: tests/openstack/requirements.txt | $(UV)
	@echo "Installing OpenStack into .venv-openstack"
	$(UV) venv --quiet --allow-existing .venv-openstack
	$(UV) pip sync --python .venv-openstack $<
	@rm -f .venv-openstack/tables.sql
	@touch $@

$(BIN)/.test: tests/requirements.txt | $(UV)
	@echo "Installing what the tests need into .venv (torch among it: some gigabytes)"
	$(UV) pip install --python .venv -r $<
	@touch $@

$(BIN)/.label-studio: cronjobs/label_studio/requirements.txt | $(UV)
	@echo "Installing Label Studio into .venv-label-studio"
	$(UV) venv --quiet --allow-existing .venv-label-studio
	$(UV) pip sync --python .venv-label-studio $<
	@touch $@

.PHONY: help up status logs down test lint test-unit test-services model evaluate lock
.PHONY: chameleon-up chameleon-status chameleon-extend chameleon-down test-chameleon
