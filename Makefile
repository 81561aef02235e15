# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# "make" alone lists what there is. Everything that is created lies below .build/.

# The first Python that will do; "make PYTHON=/usr/bin/python3.12 test" names another.
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys; assert sys.version_info >= (3, 11); print(sys.executable)' 2>/dev/null && break; done)

ROOT := $(CURDIR)
BUILD := $(ROOT)/.build
TREE := $(BUILD)/ansible_collections/voip_communications/sms
VENV := $(BUILD)/venv
TOOLS := ansible_collections.voip_communications.sms.tests.tools

# Where it is set, each process of a tool would compile what it imports anew. The processes that tests start set it themselves.
unexport PYTHONDONTWRITEBYTECODE

# Inside the copy: project code is imported by its full name, tools leave their caches below .build.
INSIDE := cd $(TREE) && PYTHONPATH=$(BUILD) ANSIBLE_COLLECTIONS_PATH=$(BUILD) \
	ANSIBLE_HOME=$(BUILD)/home/.ansible \
	HYPOTHESIS_STORAGE_DIRECTORY=$(BUILD)/cache/hypothesis
DEV := $(INSIDE) PATH=$(VENV)/bin:$$PATH $(VENV)/bin/python
# The slow tests come first, and whoever is done takes over from the others. More workers than there are cores: most
# tests wait for a process or a server most of the time.
WORKERS := $(shell $(PYTHON) -c 'import os; print(min(6, 2 * (os.cpu_count() or 1)))' 2>/dev/null)
PYTEST := $(DEV) -m pytest -n $(WORKERS) --dist worksteal
PYTEST_ARGS :=
# The same under coverage, and the tests that call module_utils in their own process; the searches of the models would
# take three times as long, and reach nothing that the others do not.
MEASURED := $(subst -m pytest,-m coverage run -m pytest,$(PYTEST)) --junitxml=$(BUILD)/results/pytest-measured.xml
REACHING := tests/unit tests/process/test_ledger_postgresql.py --ignore=tests/unit/model
UNREACHING := tests/unit/model tests/process --ignore=tests/process/test_ledger_postgresql.py
# "yes" lets "make test" measure it on the way.
COVERAGE :=
PREPARE_COVERAGE := export COVERAGE_FILE=$(BUILD)/coverage/data; rm -rf $(BUILD)/coverage; mkdir -p $(BUILD)/coverage;
REPORT_COVERAGE := $(DEV) -m coverage combine --quiet && $(DEV) -m coverage report
# "--check" compares docs/faults.md with what would be written.
FAULTS_ARGS :=
TORTURE_SECONDS := 600
# "1" holds the sandbox of "make demo" open; the port of "make sandbox".
KEEP ?=
PORT := 8025
# "--write", "--rounds 3", "--only tasks ledger planning processes".
BENCH_ARGS :=
OLDEST := $(addprefix tests/unit/plugins/module_utils/,_core/test_http_faults.py _core/test_gate.py _api/test_client.py \
	_api/test_scheduled_api.py _message/test_numbers.py _ledger/test_database.py) tests/process/test_ledger_postgresql.py
# These ask how fast the server is, or how it searches: nothing of the libraries.
OLDEST_ARGS := -k "not ten_thousand and not by_an_index and not opposite_orders"
# "others": not on the pair of the development environment, where "make sanity" and "make test" ran it.
SANITY := all
# "week": all pairs and Pythons of tests/matrix.yml, also those that do not run on each change.
WHEN := change
# "yes" lets "make matrix" use the newest libraries there are.
UNPINNED :=
LOCK_ARGS :=
TAG :=
# Which pairs, such as "2.19-3.11 2.21-3.13"; those of WHEN when empty.
PAIRS :=

.DEFAULT_GOAL := help
.PHONY: help demo sandbox test lint format unit process eda coverage sanity matrix oldest faults torture bench build docs pictures importer certification release-check introspect tree venv lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: demo-venv ## see it work: install, send once, schedule, move, cancel, deploy; "KEEP=1" leaves the page open
	@$(PYTHON) tests/tools/tree.py $(BUILD)/package
	@cd $(ROOT) && KEEP=$(KEEP) $(BUILD)/demo-venv/bin/python tests/demo/run.py demo $(BUILD)/package

sandbox: demo-venv ## the API on this machine, until Enter or Ctrl-C; says how to use it; "PORT=8025"
	@cd $(ROOT) && $(BUILD)/demo-venv/bin/python tests/demo/run.py sandbox $(BUILD) $(PORT)

test: venv ## lint, unit tests and tests with real processes, on the Python that is there
	@status=0; $(PREPARE_COVERAGE) rm -f $(BUILD)/results/pytest*.xml; \
	( $(DEV) -m $(TOOLS).lint ) || status=1; \
	$(if $(COVERAGE),( $(MEASURED) $(PYTEST_ARGS) $(REACHING) ) || status=1;) \
	( $(PYTEST) --junitxml=$(BUILD)/results/pytest.xml $(PYTEST_ARGS) $(if $(COVERAGE),$(UNREACHING),tests/unit tests/process) ) || status=1; \
	$(if $(COVERAGE),( $(REPORT_COVERAGE) ) || status=1;) \
	exit $$status

lint: venv ## ruff, mypy, yamllint, ansible-lint, antsibull-docs, antsibull-changelog, reuse, shellcheck, zizmor, actionlint
	@$(DEV) -m $(TOOLS).lint

format: venv ## write what ruff would have otherwise: layout, imports, simple forms
	@cd $(ROOT) && $(VENV)/bin/ruff check --fix-only --quiet --cache-dir $(BUILD)/cache/ruff . ; \
	$(VENV)/bin/ruff format --cache-dir $(BUILD)/cache/ruff .

unit: venv ## the tests below tests/unit
	@$(PYTEST) --junitxml=$(BUILD)/results/pytest-unit.xml $(PYTEST_ARGS) tests/unit

process: venv ## the tests below tests/process, which start real processes
	@$(PYTEST) --junitxml=$(BUILD)/results/pytest-process.xml $(PYTEST_ARGS) tests/process

# Java 17 and Alertmanager come from the system: apt-get install openjdk-17-jre-headless prometheus-alertmanager
eda: venv ## Event-Driven Ansible for real: Alertmanager, a page, an answer, a silence; jobs by SMS; texts that attack
	@$(INSIDE) $(PYTHON) -P -m $(TOOLS).venv $(BUILD)/eda-venv eda.txt
	@$(DEV) -m pytest -n 3 -rP --junitxml=$(BUILD)/results/pytest-eda.xml $(PYTEST_ARGS) tests/eda

coverage: venv ## which lines and branches of module_utils no test in one process reaches; fails below the limit
	@status=0; $(PREPARE_COVERAGE) \
	( $(MEASURED) $(PYTEST_ARGS) $(REACHING) ) || status=1; \
	( $(REPORT_COVERAGE) ) || status=1; \
	exit $$status

sanity: venv ## ansible-test sanity, without any ignore file
	@$(DEV) -m $(TOOLS).sanity $(WHEN)

matrix: venv ## sanity, unit tests and integration targets over the pairs of ansible-core and Python in tests/matrix.yml; "WHEN=week"
	@$(DEV) -m $(TOOLS).matrix --when $(WHEN) --sanity $(SANITY) $(if $(UNPINNED),--unpinned) $(PAIRS)

faults: venv ## docs/faults.md from the last "make test"; fails where a fault has no test that passed
	@$(DEV) -m $(TOOLS).faults $(FAULTS_ARGS)

# http.client below Python 3.12 leaves the socket of a tunnel that a proxy refuses to the garbage collector, and urllib3
# below 2 does not help it.
oldest: tree ## the tests of HTTP, numbers and PostgreSQL with the oldest libraries that the modules work with
	@$(INSIDE) $(PYTHON) -P -m $(TOOLS).venv $(BUILD)/oldest-venv oldest.txt
	@$(INSIDE) $(BUILD)/oldest-venv/bin/python -m pytest -W "ignore:unclosed:ResourceWarning" --junitxml=$(BUILD)/results/pytest-oldest.xml $(OLDEST_ARGS) $(OLDEST)

torture: venv ## search large worlds of the protocol, and new examples; then kill and starve real deliveries for TORTURE_SECONDS (600)
	@export EXAMPLES=new; $(PYTEST) -m hypothesis tests/unit
	@export MODEL_SEARCH=large; $(PYTEST) -rP -k invariants tests/unit/model/test_protocol.py tests/unit/model/test_schedule_protocol.py
	@$(DEV) -m $(TOOLS).torture --seconds $(TORTURE_SECONDS)

bench: venv ## how fast it is, beside others, as tables; "BENCH_ARGS=--write" writes docs/benchmarks.md
	@$(DEV) -m ansible_collections.voip_communications.sms.tests.benchmark.bench $(BENCH_ARGS)

build: venv ## the tarball, from tracked files only
	@$(PYTHON) tests/tools/tree.py $(BUILD)/package
	@ANSIBLE_HOME=$(BUILD)/home/.ansible $(VENV)/bin/ansible-galaxy collection build --force --output-path $(BUILD) $(BUILD)/package

docs: venv ## the documentation as HTML, below .build/docs/html; needs no network
	@$(DEV) -m $(TOOLS).docs

pictures: venv ## draw the pictures of the documentation anew from the code; needs Graphviz
	@$(DEV) -m $(TOOLS).pictures $(ROOT)/docs/docsite/rst/images

importer: build ## galaxy-importer on the tarball
	@$(INSIDE) $(PYTHON) -P -m $(TOOLS).venv $(BUILD)/importer-venv importer.txt
	@$(INSIDE) $(PYTHON) -P -m $(TOOLS).importer

certification: tree ## ansible-lint, of the release and as Red Hat runs it on a collection that is to be certified
	@$(INSIDE) $(PYTHON) -P -m $(TOOLS).venv $(BUILD)/certification-venv certification.txt
	@$(INSIDE) HOME=$(BUILD)/home PATH=$(BUILD)/certification-venv/bin:$$PATH GIT_CEILING_DIRECTORIES=$(dir $(TREE)) \
		ansible-lint --profile=production -x sanity

# "make release-check TAG=1.0.0"; the workflow calls it, and takes .build/release-notes.md from it.
release-check: tree ## version and changelog are those of a tag; "TAG=1.0.0"
	@$(INSIDE) $(PYTHON) -P -m $(TOOLS).venv $(VENV) dev.txt
	@$(DEV) -m $(TOOLS).release "$(TAG)"

introspect: venv ## what an execution environment installs for this collection
	@$(VENV)/bin/ansible-builder introspect $(BUILD)

tree: ## the copy of the tracked files that everything runs in
	$(if $(word 2,$(CURDIR)),$(error make cannot handle the space in $(CURDIR): clone to a path without one))
	$(if $(PYTHON),,$(error Python 3.11 or newer is needed, and was not found. Install it, or name it: make PYTHON=...))
	@$(PYTHON) tests/tools/tree.py $(TREE)

# With byte code: the tests start thousands of processes that import this, many machines say PYTHONDONTWRITEBYTECODE, and
# the processes of the tests leave nothing behind anyway.
venv: tree ## the environment for lint, tests and builds
	@$(INSIDE) $(PYTHON) -P -m $(TOOLS).venv $(VENV) dev.txt
	@$(INSIDE) $(VENV)/bin/python -m compileall -q plugins roles tests

.PHONY: demo-venv
demo-venv: tree
	@$(INSIDE) $(PYTHON) -P -m $(TOOLS).venv $(BUILD)/demo-venv demo.txt

lock: tree ## write the lock files anew, with the newest releases; "LOCK_ARGS=--keep" adds what is missing, and no more
	@$(INSIDE) $(PYTHON) -P -m $(TOOLS).lock $(LOCK_ARGS)

.PHONY: print-python
print-python:
	@echo $(PYTHON)

clean: ## remove everything that was created
	rm -rf $(BUILD)
