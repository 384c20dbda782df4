# What is done with this project, by one word each.

.DEFAULT_GOAL := help
MVNW := ./mvnw --no-transfer-progress

.PHONY: help
help: ## What there is
	@grep -E '^[a-z-]+: ## ' $(MAKEFILE_LIST) | sed 's/: ## /\t/' | expand -t 12

.PHONY: dev
dev: ## Run with live reload and a stand-in for Lean
	$(MVNW) quarkus:dev

.PHONY: test
test: ## Run all tests, on the packaged jar too
	$(MVNW) verify

.PHONY: lint
lint: ## Hold the API description to Spectral's rules, with Node.js
	.ci/lint/run

.PHONY: jmh
jmh: ## Measure what a token out of the cache costs, in about 3 minutes
	$(MVNW) --quiet -Pbenchmark test-compile exec:exec@jmh

.PHONY: soak
soak: ## Run the packaged jar under load and a failing Lean for 10 minutes, every answer checked
	$(MVNW) --quiet -Pbenchmark -DskipTests package exec:exec@soak

.PHONY: attacks
attacks: ## Attack the packaged jar in every known way while ordinary callers ask, in about 20 minutes
	$(MVNW) --quiet -Pbenchmark -DskipTests package exec:exec@attacks

.PHONY: flat
flat: ## Measure whether a hit costs the same beside many keys, connections and sessions, in about 3 minutes
	$(MVNW) --quiet -Pbenchmark -DskipTests package exec:exec@flat

.PHONY: peers
peers: ## Measure the service beside bare Vert.x, Quarkus REST and nginx, in about 15 minutes
	src/benchmark/peers/run

.PHONY: archive
archive: ## Package with an archive from which the JVM starts fast
	$(MVNW) clean verify -Dstartup-archive

.PHONY: native
native: ## Build the native executable in a container and run its tests
	$(MVNW) verify -Dnative -Dquarkus.native.container-build=true

.PHONY: image
image: ## Build the native image, with a container engine and nothing else
	docker build -f src/main/docker/Dockerfile.multistage -t lean-authentication-tokens:native .

.PHONY: mcp
mcp: ## Package, and try the jar with the official MCP clients and conformance suite
	$(MVNW) --quiet -DskipTests package
	.ci/mcp/run

.PHONY: format
format: ## Put the sources into shape
	$(MVNW) process-sources

.PHONY: clean
clean: ## Remove what was built
	$(MVNW) clean
