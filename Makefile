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

up: $(BIN)/.run $(BIN)/.label-studio ## install everything, start all components and print their addresses
	@$(BIN)/python -m manifests.local up

status: $(BIN)/.run ## show which components are running
	@$(BIN)/python -m manifests.local status

logs: $(BIN)/.run ## follow the logs of all components
	@$(BIN)/python -m manifests.local logs

down: $(BIN)/.run ## stop all components; the data stays in .local
	@$(BIN)/python -m manifests.local down

# The jobs of the feedback loop, at any time; the scheduler runs the first three every night. On a terminal they print
# text; JSON=yes gives one line of JSON instead, as for machines.
sample: $(BIN)/.run ## draw predictions at random and create labelling tasks
	@$(BIN)/python -m manifests.local job sampling $(if $(JSON),--json)

sync: $(BIN)/.run ## import tasks into Label Studio and export its annotations; for one project: PROJECT=1, 2, 3 or 4
	@$(BIN)/python -m manifests.local job sync $(PROJECT) $(if $(JSON),--json)

process: $(BIN)/.run ## turn annotations and corrections into labels, and sort the photos into class folders
	@$(BIN)/python -m manifests.local job processing $(if $(JSON),--json)

report: $(BIN)/.run ## report the model's accuracy from the labels; the chart is saved as .local/report.png
	@$(BIN)/python -m manifests.local job report --picture .local/report.png $(if $(JSON),--json)

delete: $(BIN)/.run ## delete predictions and everything derived from them: ID="<prediction id> ..."
	@$(BIN)/python -m manifests.local job deletion $(or $(ID),$(error Say which: make delete ID=<prediction id>))

BACKUP ?= backup
backup: $(BIN)/.run ## back up everything that can't be recreated to BACKUP=backup; nothing has to stop
	@$(BIN)/python -m manifests.local backup $(BACKUP)

restore: $(BIN)/.run ## restore the backup in BACKUP=backup into an empty installation
	@$(BIN)/python -m manifests.local restore $(BACKUP)

rotate: $(BIN)/.run ## replace every key and password, without losing data
	@$(BIN)/python -m manifests.local rotate

review: $(BIN)/.run ## send the labels that are most likely wrong to a review project
	@$(BIN)/python -m manifests.local job review $(if $(JSON),--json)

# The new model. Options: BASE=<Food-11>, to learn its training/ again, EVALUATION=<Food-11>, to judge by its evaluation/
# as well as by the random sample, VERSION=<version>, WHY=<reason>. Threads that spin while they wait for each other
# take the CPU from the components that run beside them; glibc gives large blocks back to the kernel at once, and
# keeping them halves the time of a training step.
retrain bench-curve bench-forgetting: export OMP_WAIT_POLICY := PASSIVE
model retrain bench-curve bench-forgetting: export MALLOC_MMAP_THRESHOLD_ := 4294967296
model retrain bench-curve bench-forgetting: export MALLOC_TRIM_THRESHOLD_ := 4294967296
retrain: $(BIN)/.test ## train a candidate on the labels and run it through the gate
	@$(BIN)/python -m manifests.local retrain $(if $(BASE),--base "$(BASE)") $(if $(EVALUATION),--evaluation "$(EVALUATION)")

gate: $(BIN)/.test ## run a version from the registry through the gate again: VERSION=<version>
	@$(BIN)/python -m manifests.local gate $(or $(VERSION),$(error Say which: make gate VERSION=<version>)) $(if $(EVALUATION),--evaluation "$(EVALUATION)")

promote: $(BIN)/.run ## serve the candidate, or VERSION, from now on
	@$(BIN)/python -m manifests.local promote $(VERSION) $(if $(WHY),--why "$(WHY)")

rollback: $(BIN)/.run ## go back to the version that the last promotion replaced
	@$(BIN)/python -m manifests.local rollback $(VERSION) $(if $(WHY),--why "$(WHY)")

models: $(BIN)/.run ## show who chose which version of the model, when and why
	@$(BIN)/python -m manifests.local history

monitor: $(BIN)/.run $(BIN)/.label-studio ## start Prometheus and Alertmanager as well
	@$(BIN)/python -m manifests.local monitor

dashboards: $(BIN)/.test ## generate Grafana's dashboards and alerts
	@$(BIN)/python -m monitoring

## Kubernetes. Options: DOCKER=podman (or buildah), IMAGES=<registry and folder>, STAGE=staging, canary or production,
## MONITORING=yes where kube-prometheus-stack is

include manifests/versions.env
DOCKER ?= docker
IMAGES ?= localhost/gourmetgram
BASE_IMAGE ?=
TORCH_INDEX ?=
TAG := $(shell sed -n 's/^appVersion: //p' charts/gourmetgram/Chart.yaml)
PROCESSES := predictor webapp cronjobs
STAGE ?=
NAMESPACE = gourmetgram$(if $(filter-out production,$(STAGE)),-$(STAGE))
MONITORING ?=
VERSION ?=
PERCENT ?= 10

images: ## build the images of the predictor, the web application and the jobs
	for process in $(PROCESSES); do \
	  $(DOCKER) build $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) --tag $(IMAGES)/$$process:$(TAG) --file $$process/Dockerfile .; \
	done

push: ## push the images to the registry in IMAGES
	for process in $(PROCESSES); do $(DOCKER) push $(IMAGES)/$$process:$(TAG); done

image-torch: ## build the predictor's image with torch and TorchServe: several gigabytes, less with a TORCH_INDEX=<address> for CPUs
	$(DOCKER) build $(if $(TORCH_INDEX),--build-arg TORCH_INDEX=$(TORCH_INDEX)) --tag $(IMAGES)/predictor-torch:$(TAG) --file predictor/torchserve/Dockerfile .

cluster: images ## create a kind cluster with everything the chart depends on, and install the chart
	kind get clusters | grep -qx gourmetgram || kind create cluster --config manifests/kind.yaml --image $(KIND_NODE_IMAGE)
	kind export kubeconfig --name gourmetgram
	manifests/platform/install.sh
	kind load docker-image --name gourmetgram $(PROCESSES:%=$(IMAGES)/%:$(TAG))
	$(MAKE) install MONITORING=yes

cluster-down: ## delete the kind cluster, with its data
	kind delete cluster --name gourmetgram

cluster-backup: $(BIN)/.run ## back up the release in STAGE to BACKUP=backup
	@PATH="$(CURDIR)/$(BIN):$$PATH" manifests/cluster-backup.sh save $(BACKUP) $(NAMESPACE)

cluster-restore: $(BIN)/.run ## restore the backup in BACKUP=backup into a new, empty release
	@PATH="$(CURDIR)/$(BIN):$$PATH" manifests/cluster-backup.sh restore $(BACKUP) $(NAMESPACE)

install: ## install or upgrade the chart in kubectl's current cluster
	helm upgrade --install gourmetgram charts/gourmetgram --set image.registry=$(IMAGES) --timeout 15m \
	  --namespace $(NAMESPACE) --create-namespace \
	  $(if $(STAGE),--values manifests/stages/$(STAGE).yaml) $(if $(MONITORING),--set monitoring.enabled=true)

cluster-rotate: $(BIN)/.run ## replace every key and password of the release in STAGE; nothing is lost
	@$(BIN)/python -m manifests.rotate --namespace $(NAMESPACE)

# A new model on the cluster. Options: STAGE, VERSION=<version>, PERCENT=<the most that a canary gets>, WHY=<reason>.
ROLLOUT = $(BIN)/python -m manifests.rollout --namespace $(NAMESPACE) $(if $(WHY),--why "$(WHY)")

cluster-canary: $(BIN)/.run ## send a share of the cluster's traffic to VERSION: PERCENT=10
	@$(ROLLOUT) --percent $(PERCENT) canary $(VERSION)

cluster-promote: $(BIN)/.run ## send all of the cluster's traffic to VERSION, or to the canary
	@$(ROLLOUT) promote $(VERSION)

cluster-rollback: $(BIN)/.run ## withdraw the canary, or go back to the version that the last promotion replaced
	@$(ROLLOUT) rollback $(VERSION)

cluster-smoke: ## check that the release in STAGE works and that its predictor withstands load
	helm test gourmetgram --namespace $(NAMESPACE) --logs

# kube-score's findings that are intended: tags are never moved; one endpoint says that a process answers; 1001 is the
# user of Label Studio's published image; no replica is addressed by name, and they spread by topology; KServe makes
# the pods that the predictor's Service and policies select; store and Label Studio have one writer each.
INTENDED := container-image-pull-policy pod-probes-identical container-security-context-user-group-id \
  statefulset-has-servicename statefulset-has-host-podantiaffinity deployment-has-host-podantiaffinity \
  service-targets-pod networkpolicy-targets-pod deployment-replicas deployment-strategy
RENDER := --kube-version $(KUBERNETES_VERSION) --api-versions serving.kserve.io/v1beta1/InferenceService \
  --api-versions monitoring.coreos.com/v1/PrometheusRule --api-versions trainer.kubeflow.org/v1alpha1/TrainingRuntime
# helm lint can't be told of KServe, and says on its standard error that it is missing.
chart-lint: ## lint the chart in every scenario and check it with kube-score
	for values in charts/gourmetgram/ci/*.yaml manifests/stages/*.yaml; do \
	  helm lint --quiet --kube-version $(KUBERNETES_VERSION) charts/gourmetgram --values $$values 2>/dev/null; \
	  helm template gourmetgram charts/gourmetgram $(RENDER) --values $$values | \
	    go run github.com/zegl/kube-score/cmd/kube-score@$(KUBE_SCORE_VERSION) score --output-format ci \
	    --kubernetes-version $(basename $(KUBERNETES_VERSION)) $(INTENDED:%=--ignore-test %) - | (grep -vE '^\[(OK|SKIPPED)\]' || true); \
	done

## Chameleon. Options: make chameleon-up CHAMELEON="--flavor m1.large"; all of them: CHAMELEON=--help

chameleon-up chameleon-status chameleon-extend chameleon-down: chameleon-%: $(BIN)/.chameleon
	@$(BIN)/python -m chameleon $* $(CHAMELEON)

chameleon-up: ## on Chameleon: reserve a lease, create the server, install, and wait until it responds
chameleon-status: ## on Chameleon: show what exists and its addresses
chameleon-extend: ## on Chameleon: extend the lease by a day
chameleon-down: ## on Chameleon: delete everything that was created, and nothing else

## Tests

# Tests start hundreds of processes: without bytecode each compiles all that it imports. Several tests run at a time
# already, so that more threads in each would only wait for one another.
test lint test-unit test-services test-faults: export PYTHONDONTWRITEBYTECODE :=
test lint test-unit test-services test-faults: export OMP_NUM_THREADS := 1

test: ## run all tests that need neither root nor a cluster
	@$(MAKE) --no-print-directory --jobs 3 lint $(BIN)/.label-studio .venv-mlflow/.done $(BIN)/.compiled
	$(BIN)/pytest -n 4 tests/services tests/unit

lint: $(BIN)/.test ## run ruff, mypy and import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test-unit: $(BIN)/.test ## run the tests that need no service
	$(BIN)/pytest -n auto tests/unit

test-services: $(BIN)/.test $(BIN)/.label-studio .venv-mlflow/.done ## run the tests with the real store, predictor, Label Studio and browser
	$(BIN)/pytest -n 3 tests/services

test-faults: $(BIN)/.test $(BIN)/.label-studio ## run the tests that kill processes, stop the store and interrupt jobs
	$(BIN)/pytest -n 3 tests/faults

test-store-nodes: $(BIN)/.test ## build MinIO, and test with a store of four nodes that are killed one after another
	GOBIN=$(CURDIR)/build CGO_ENABLED=0 go install -trimpath github.com/minio/minio@$(MINIO_VERSION)
	MINIO=$(CURDIR)/build/minio $(BIN)/pytest tests/services/test_store.py tests/services/test_store_nodes.py

test-chameleon: $(BIN)/.test .venv-openstack/.done ## test the provisioning against a real OpenStack, and the user data in a container
	$(BIN)/pytest --timeout 1800 tests/openstack

pictures: $(BIN)/.test $(BIN)/.label-studio ## take the pictures of the documentation again
	PICTURES=docs $(BIN)/pytest -m picture tests/services

## The model

SAY_MODEL = Say what to train on and to start from: make model DATA=<Food-11> BACKBONE=<MobileNetV2.safetensors>
model: $(BIN)/.test ## train the model, export and quantize it: DATA=<Food-11> BACKBONE=<MobileNetV2.safetensors>
	$(BIN)/python -m predictor.training.train "$(or $(DATA),$(error $(SAY_MODEL)))" --backbone "$(or $(BACKBONE),$(error $(SAY_MODEL)))"
	$(BIN)/python -m predictor.training.export
	$(BIN)/python -m predictor.training.quantize "$(DATA)"

mar: $(BIN)/.test ## pack the model for TorchServe: build/food11.mar
	@$(BIN)/python -m predictor.torchserve.archive build

evaluate: $(BIN)/.test ## evaluate the model on photos it has never seen: DATA=<Food-11>
	@$(BIN)/python -m predictor.training.evaluate "$(or $(DATA),$(error Say where the photos are: make evaluate DATA=<Food-11>))"

## A real Kubernetes for the tests: kind where Docker is, else a node that is built here (docs/test-cluster.md)

NODE := $(BIN)/python -m tests.cluster.node
# What needs helm or versitygw, the default store on a cluster: both are built with the node.
WITH_ITS_TOOLS := tests/unit/chart tests/services/test_access.py tests/services/test_store.py

test-cluster: test-cluster-up test-cluster-images $(BIN)/.test ## run the tests on a real Kubernetes; without Docker this needs root
	@eval "$$($(NODE) environment)"; $(BIN)/pytest -n auto $(WITH_ITS_TOOLS)
	@eval "$$($(NODE) environment)"; $(BIN)/pytest tests/cluster --timeout 900 -m "not drill"

drill-cluster: test-cluster-up test-cluster-images $(BIN)/.test ## drill a release on the tests' Kubernetes: break its parts, lose its data, start harmful canaries
	@eval "$$($(NODE) environment)"; $(BIN)/pytest tests/cluster --timeout 900 -m drill

test-cluster-build: $(BIN)/.run ## build the parts of the tests' Kubernetes that are missing, without starting it
	@$(NODE) build

test-cluster-up: $(BIN)/.run ## start the tests' Kubernetes, after building what is missing
	@$(NODE) up

test-cluster-images: $(BIN)/.run ## build the project's images and load them into the tests' Kubernetes
	@for process in $(PROCESSES); do $(NODE) image $(IMAGES)/$$process:$(TAG) $$process/Dockerfile .; done

test-cluster-torch: test-cluster-up test-cluster-images $(BIN)/.test ## test the torch and TorchServe runtimes and the retraining on the tests' Kubernetes
	@$(NODE) image $(IMAGES)/predictor-torch:$(TAG) predictor/torchserve/Dockerfile .
	$(BIN)/pytest tests/cluster/release/test_7_*.py --timeout 900

test-cluster-environment: $(BIN)/.run ## print the environment in which kubectl and helm reach the tests' Kubernetes
	@$(NODE) environment

test-cluster-down: $(BIN)/.run ## stop the tests' Kubernetes; what was built stays cached
	@$(NODE) down

.PHONY: drill-cluster test-cluster test-cluster-build test-cluster-up test-cluster-images test-cluster-torch test-cluster-environment test-cluster-down

bench: $(BIN)/.test .venv-peers/.done .venv-triton/.done ## compare the predictor with the alternatives; ROUNDS=5, SECONDS=2 for each load
	$(BIN)/python -m tests.bench $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS))

soak: $(BIN)/.test ## load the predictor and the web application for MINUTES=15 and watch their memory
	$(BIN)/python -m tests.bench.soak $(if $(MINUTES),--minutes $(MINUTES))

bench-jobs: $(BIN)/.test $(BIN)/.label-studio ## measure what the jobs cost, with more and more data stored
	$(BIN)/python -m tests.bench.jobs
	$(BIN)/python -m tests.bench.window

bench-accuracy: $(BIN)/.test ## check how often the accuracy interval contains the true value, on simulated months
	$(BIN)/python -m tests.bench.accuracy

SAY_CURVE = Say where the photos are and what to start from: make bench-curve DATA=<Food-11> BACKBONE=<MobileNetV2.safetensors>
bench-curve: $(BIN)/.test $(BIN)/.label-studio ## measure how accuracy rises with the number of labels, through the whole system: DATA=<Food-11> BACKBONE=<MobileNetV2.safetensors>
	$(BIN)/python -m tests.bench.curve "$(or $(DATA),$(error $(SAY_CURVE)))" --backbone "$(or $(BACKBONE),$(error $(SAY_CURVE)))"

bench-forgetting: $(BIN)/.test ## measure what the model forgets when it is retrained on 500 labels, and how long that takes: DATA=<Food-11>
	$(BIN)/python -m tests.bench.forgetting "$(or $(DATA),$(error Say where the photos are: make bench-forgetting DATA=<Food-11>))"

## Dependencies

# Everything is resolved at once, and each process then gets its share of that: the versions agree.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes pyproject.toml
lock: $(UV) ## resolve the dependencies and write the lock files
	$(LOCK) --group test -o tests/requirements.txt
	for group in predictor cronjobs; do \
	  $(LOCK) --group $$group --constraints tests/requirements.txt --excludes $$group/excludes.txt -o $$group/requirements.txt; \
	done
	for group in webapp chameleon; do \
	  $(LOCK) --group $$group --constraints tests/requirements.txt -o $$group/requirements.txt; \
	done
	$(LOCK) --group torch --constraints tests/requirements.txt -o predictor/torchserve/requirements.txt
	$(LOCK) --group local --constraints tests/requirements.txt -o manifests/local/requirements.txt
	$(LOCK) --group openstack -o tests/openstack/requirements.txt
	$(LOCK) --group mlflow -o tests/mlflow/requirements.txt
	$(LOCK) --group peers -o tests/bench/rivals/requirements.txt
	$(LOCK) --group triton -o tests/bench/rivals/triton.txt
	$(LOCK) --group label-studio -o cronjobs/label_studio/requirements.txt
	$(LOCK) --group storage-initializer --constraints tests/requirements.txt -o tests/cluster/node/storage-initializer/requirements.txt

drill: $(BIN)/.test $(BIN)/.label-studio ## break one component after another under load, count losses and time the recovery: DRILL=store-killed
	@TQDM_DISABLE=1 $(BIN)/python -m tests.drill $(DRILL)

fuzz: $(BIN)/.test ## fuzz the code that parses photos and request bodies for MINUTES=10; findings go to build/fuzz
	for target in photos bodies; do \
	  $(BIN)/python -m tests.fuzz $$target -max_total_time=$$(($(or $(MINUTES),10) * 30)) -print_final_stats=1; \
	done

fuzz-http: $(BIN)/.test ## send REQUESTS=100000, made from the descriptions or with mistakes, to web application and predictor
	for process in webapp predictor; do \
	  $(BIN)/python -m tests.fuzz.http $$process $$(($(or $(REQUESTS),100000) / 2)); \
	done

LOCKED := predictor predictor/torchserve webapp cronjobs cronjobs/label_studio chameleon manifests/local
sbom: $(BIN)/.test ## write a bill of materials (CycloneDX) for each component to build/sbom
	@mkdir -p build/sbom
	for part in $(LOCKED); do \
	  PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements $$part/requirements.txt --pyproject pyproject.toml --output-reproducible \
	    --output-file build/sbom/$${part//\//-}.cdx.json; \
	done

audit: $(BIN)/.test ## check the locked packages for known vulnerabilities; it fails if no database responds
	for part in $(LOCKED); do \
	  $(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off --requirement $$part/requirements.txt; \
	done

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is not Python 3.11 or later: name one that is, as in make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

RUN_LOCKS := $(foreach part,predictor webapp cronjobs manifests/local,$(part)/requirements.txt)
$(BIN)/.run: $(RUN_LOCKS) | $(UV)
	@echo "Installing what the components need into .venv" >&2
	$(UV) pip install --no-deps --python .venv $(addprefix -r ,$(RUN_LOCKS))
	@touch $@

$(BIN)/.chameleon: chameleon/requirements.txt | $(UV)
	@echo "Installing the OpenStack client into .venv" >&2
	$(UV) pip install --python .venv -r $<
	@touch $@

.venv-openstack/.done: tests/openstack/requirements.txt | $(UV)
	@echo "Installing OpenStack into .venv-openstack" >&2
	$(UV) venv --quiet --allow-existing .venv-openstack
	$(UV) pip sync --python .venv-openstack $<
	@rm -f .venv-openstack/tables.sql .venv-openstack/machine.tar
	@touch $@

$(BIN)/.test: tests/requirements.txt | $(UV)
	@echo "Installing what the tests need into .venv (torch among it: some gigabytes)" >&2
	$(UV) pip install --python .venv -r $<
	@touch $@

$(BIN)/.label-studio: cronjobs/label_studio/requirements.txt | $(UV)
	@echo "Installing Label Studio into .venv-label-studio" >&2
	$(UV) venv --quiet --allow-existing .venv-label-studio
	$(UV) pip sync --python .venv-label-studio $<
	@echo "Creating Label Studio's empty database: half a minute" >&2
	@rm -rf .venv-label-studio/empty
	@set -a; . cronjobs/label_studio/server.env; LABEL_STUDIO_BASE_DATA_DIR=$(CURDIR)/.venv-label-studio/empty \
	  .venv-label-studio/bin/label-studio version >.venv-label-studio/empty.log 2>&1 || { cat .venv-label-studio/empty.log >&2; exit 1; }
	@touch $@

# The tests' processes import much at the same time: what was compiled before, none of them compiles.
$(BIN)/.compiled: $(BIN)/.test
	@echo "Compiling what the tests import: half a minute" >&2
	@$(BIN)/pytest --collect-only -qq tests/services tests/unit | sed '/: [0-9]*$$/d'
	@touch $@

.venv-mlflow/.done: tests/mlflow/requirements.txt | $(UV)
	@echo "Installing the MLflow server of the tests into .venv-mlflow" >&2
	$(UV) venv --quiet --allow-existing .venv-mlflow
	$(UV) pip sync --python .venv-mlflow $<
	@touch $@

.venv-peers/.done: tests/bench/rivals/requirements.txt | $(UV)
	@echo "Installing the servers that the benchmark compares with into .venv-peers" >&2
	$(UV) venv --quiet --allow-existing .venv-peers
	$(UV) pip sync --python .venv-peers $<
	@touch $@

# Triton's Python backend fails under other builds of Python than Debian's; without it the benchmark says so.
DEBIANS_PYTHON := /usr/bin/python3
.venv-triton/.done: tests/bench/rivals/triton.txt | $(UV)
	@if $(DEBIANS_PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then \
	  echo "Installing NVIDIA Triton into .venv-triton" >&2; \
	  $(UV) venv --quiet --allow-existing --python $(DEBIANS_PYTHON) .venv-triton; \
	  $(UV) pip sync --python .venv-triton $<; \
	else mkdir -p .venv-triton; fi
	@touch $@

.PHONY: drill fuzz fuzz-http sbom audit help up status logs down delete backup restore monitor dashboards sample sync process report review bench soak bench-jobs bench-accuracy bench-curve bench-forgetting test lint test-unit test-services test-faults pictures model evaluate lock rotate test-store-nodes
.PHONY: retrain gate promote rollback models
.PHONY: mar images push image-torch cluster cluster-down cluster-backup cluster-restore cluster-canary cluster-promote cluster-rollback cluster-smoke install chart-lint cluster-rotate
.PHONY: chameleon-up chameleon-status chameleon-extend chameleon-down test-chameleon
