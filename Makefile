# Every target calls one script of scripts/, which also runs by hand and says what it does with --help.
.DEFAULT_GOAL := help
.PHONY: help run build test e2e lint format build-app run-app clean new-customer plan deploy rollback deploy-shared status verify \
	undeploy operator adopt unadopt rotate-passwords install-k3s uninstall-k3s import-docker-image package test-failures test-fresh test-sanitizers observe bench bench-quick \
	fuzz soak

##@ Develop
run: ## serve every customer on localhost:8080 by host (CUSTOMER_NAME=C: just C, at /)
	@scripts/run
observe: ## Prometheus with the alerts, and the dashboard, on what make run serves
	@scripts/observe
build: ## build/greeter
	@scripts/build
package: ## a Debian package for this machine's release, in build/
	@scripts/package
test: ## build, then every test that needs no cluster: unit, HTTP, containers, chart, scripts
	@scripts/test
test-sanitizers: ## C++ tests under ASan and UBSan, then under TSan
	@scripts/test-sanitizers
test-failures: ## ROUNDS=20: what make test does once to Redis under load, again and again, with a table
	@scripts/failures $(ROUNDS)
test-fresh: ## bootstrap on fresh machines: containers of Debian 12 and 13
	@scripts/test-fresh
e2e: ## tests on a real cluster
	@scripts/e2e
lint: ## every linter
	@scripts/lint
format: ## format C++ and shell
	@scripts/format

##@ Measure
bench: ## Greeter beside nginx, Go, FastAPI, Redis and others: 30 minutes, tables and goals
	@scripts/bench
bench-quick: ## two minutes of it, without the slow peers
	@scripts/bench --quick
fuzz: ## look for input that breaks what the parsers promise, 20 seconds each
	@scripts/fuzz
soak: ## five minutes of good and hostile clients at once: every answer, memory and descriptors checked
	@scripts/soak

##@ Customers
new-customer: export CUSTOMER_NAME_TEXT := $(value NAME)
new-customer: export CUSTOMER_GREETING_TEXT := $(value GREETING)
new-customer: ## NAME=D GREETING='Grüß Gott!': add a customer's file
	@scripts/new-customer "$$CUSTOMER_NAME_TEXT" "$$CUSTOMER_GREETING_TEXT"

##@ Containers
build-app: ## the container image
	@scripts/docker-up && scripts/build-image
run-app: ## a container per customer, from port 8080 up, and one for a customer whom nobody knows
	@scripts/run-containers

##@ Cluster
plan: ## what deploy would do: who is new, changed and how, or without a file
	@scripts/deploy --plan
deploy: ## every new or changed customer, wave by wave (CUSTOMER=customer-c: one; STORE=redis or kubernetes: many replicas that can be written to)
	@scripts/deploy
operator: ## an operator that runs an instance for every object of kind Customer
	@scripts/deploy-operator
adopt: ## CUSTOMER=customer-c: from Helm to the operator
	@scripts/adopt
unadopt: ## CUSTOMER=customer-c: from the operator back to Helm
	@scripts/unadopt
deploy-shared: ## one release for every customer, by host
	@scripts/deploy-shared
rotate-passwords: ## new passwords for the store of STORE=redis, while it is used (CUSTOMER=customer-c: one customer's)
	@scripts/store-user rotate $(CUSTOMER)
rollback: ## CUSTOMER=customer-c: back to what it had before
	@scripts/rollback
status: ## what runs where
	@scripts/status
verify: ## ask every host through the ingress and compare the greeting with its file
	@scripts/verify
undeploy: ## remove a customer (CUSTOMER=customer-c), or all after asking
	@scripts/undeploy
import-docker-image: ## put the image where the cluster finds it
	@scripts/import-image
install-k3s: ## install k3s alone
	@scripts/install-k3s
uninstall-k3s: ## remove k3s and everything on it
	@scripts/uninstall-k3s

##@ Housekeeping
clean: ## stop containers; remove images, build/ and the throwaway cluster with all on it
	@scripts/clean
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
