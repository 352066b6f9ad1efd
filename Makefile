# Debian packages: what the demo runs, what the tests run against, what the benchmarks compare with.
DEMO_PACKAGES := victoria-metrics nftables prometheus-alertmanager
TEST_PACKAGES := $(DEMO_PACKAGES) chromium chrony dovecot-imapd fping frr git iproute2 kamailio nginx openssh-server \
  openssl postfix prometheus prometheus-blackbox-exporter prometheus-node-exporter \
  prometheus-snmp-exporter snmp snmpd unbound
BENCH_PACKAGES := $(TEST_PACKAGES) collectd-core

BIN := .venv/bin
# Names another interpreter than the first fitting one: make setup PYTHON=python3.12
PYTHON ?=
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup demo check test bench soak docs dashboards clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing (apt, .venv) and leave .venv/bin/hatang
	@.ci/setup dev $(DEMO_PACKAGES)

demo: setup ## set up, then run a simulated province with its collector and store
	@$(BIN)/hatang demo

check: setup ## format, lint, types, and hatang check of the example province
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/hatang check -i inventory.yaml

# Tests start the collector a hundred times: it is compiled once, whatever the environment says.
test: ## set up with the daemons that tests run against, check, and every test: what CI runs
	@.ci/setup dev $(TEST_PACKAGES)
	@.ci/schema
	@$(MAKE) --no-print-directory check
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 3 --dist loadfile

bench: ## measure speed and detection and print the numbers (RUNS, BENCH_SECONDS, LOSS_MINUTES)
	@.ci/setup dev,bench $(BENCH_PACKAGES)
	@for one in poll packets ping metrics_page fleet traps storms contract outages detection dashboards console charts; do \
	  $(BIN)/python -m benchmarks.$$one || exit; done

soak: ## each part away for three minutes with 50 alerts firing: is anybody told that it is over?
	@.ci/setup dev $(TEST_PACKAGES)
	$(BIN)/python -m benchmarks.soak

screenshots: ## the console of a province with outages, four pages in both languages and two sizes, into build/screenshots
	@.ci/setup dev $(TEST_PACKAGES)
	$(BIN)/python -m tests.console.screenshots build/screenshots

docs: setup ## make the generated pages again
	$(BIN)/python -m probes.catalogue_page > docs/metrics.md
	$(BIN)/python -m alerts.rules_page > docs/rules.md
	$(BIN)/python -m probes.devices_page > docs/devices.md

dashboards: setup ## make the Grafana dashboards again
	$(BIN)/python -m dashboards.build

clean: ## remove .venv and every cache
	rm -rf .venv *.egg-info build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
