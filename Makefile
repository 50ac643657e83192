# The names of the specification for the commands of package.json. Needs Node 18 or later and npm.
PNPM ?= npx --yes pnpm@12

.PHONY: verify-sqlserver test-unit test-integration test-e2e test

verify-sqlserver: node_modules ## Everything that needs SQL Server: start, migrate, smoke, tests
	$(PNPM) verify:sqlserver

test-unit: node_modules ## No database, no network
	$(PNPM) test:unit

test-integration: node_modules ## The contract suites (on SQL Server too when configured) and real processes
	$(PNPM) test:contract
	$(PNPM) test:integration

test-e2e: node_modules ## The built product in a browser
	$(PNPM) build
	$(PNPM) test:e2e

test: ## All of it
	$(PNPM) test

node_modules: package.json pnpm-lock.yaml
	$(PNPM) install --frozen-lockfile
	touch node_modules
