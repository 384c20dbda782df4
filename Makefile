# Commands for this project.

.DEFAULT_GOAL := help
MVNW := ./mvnw --no-transfer-progress

.PHONY: help
help: ## List the commands
	@grep -E '^[a-z-]+: ## ' $(MAKEFILE_LIST) | sed 's/: ## /\t/' | expand -t 12

.PHONY: dev
dev: ## Run with live reload and a stand-in for Lean
	$(MVNW) quarkus:dev

.PHONY: test
test: ## Run all tests, including those on the packaged jar
	$(MVNW) verify

.PHONY: lint
lint: ## Check the API description, the documentation's links and the skill's script, with Node.js
	.ci/lint/run

.PHONY: manifests
manifests: ## Render all manifests for Kubernetes into target/kubernetes, with kubectl
	.ci/kubernetes/run

.PHONY: jmh
jmh: ## Measure the cost of a cached token, in about 3 minutes
	$(MVNW) --quiet -Pbenchmark test-compile exec:exec@jmh

.PHONY: soak
soak: ## Run two replicas under load with a failing Lean, Redis and issuer for 10 minutes, and check every response
	$(MVNW) --quiet -Pbenchmark -DskipTests package exec:exec@soak

.PHONY: soak-hour
soak-hour: ## The same for an hour
	$(MVNW) --quiet -Pbenchmark -DskipTests package exec:exec@soak -Dsoak.duration=1h -Dsoak.rate=100

.PHONY: attacks
attacks: ## Run every known attack on the packaged jar beside ordinary callers, in about 20 minutes
	$(MVNW) --quiet -Pbenchmark -DskipTests package exec:exec@attacks

.PHONY: hostile
hostile: ## Play new random cases of hostile peers on the packaged jar, for 10 minutes for each kind, and stop it for 5
	$(MVNW) verify -Dhostile.seed=new -Dhostile.seconds=600 -Dtime.stop.seconds=300 -Dtest.timeout='15 m' -Dtest='*CampaignTest' \
		-Dit.test='*CampaignIT,StoppedProcessIT'

.PHONY: mutants
mutants: ## Break the code in known ways, and check that the random cases find each, in 2 minutes for each
	.ci/mutants

.PHONY: flat
flat: ## Measure the cost of a hit beside many keys, connections and sessions, in about 3 minutes
	$(MVNW) --quiet -Pbenchmark -DskipTests package exec:exec@flat

.PHONY: store
store: ## Measure tokens from memory, Redis and Lean side by side, and what a store costs, in about 2 minutes
	$(MVNW) --quiet -Pbenchmark -DskipTests package exec:exec@store

.PHONY: callers
callers: ## Measure a cached token for callers with a secret and with a signed token, in about 3 minutes
	$(MVNW) --quiet -Pbenchmark -DskipTests package exec:exec@callers

.PHONY: peers
peers: ## Measure the service beside bare Vert.x, Quarkus REST and nginx, in about 15 minutes
	src/benchmark/peers/run

.PHONY: archive
archive: ## Package with an archive that makes the JVM start fast
	$(MVNW) clean verify -Dstartup-archive

.PHONY: native
native: ## Build the native executable in a container and run its tests
	$(MVNW) verify -Dnative -Dquarkus.native.container-build=true

.PHONY: image
image: ## Build the native image, with only a container engine
	docker build -f src/main/docker/Dockerfile.multistage -t lean-authentication-tokens:native .

.PHONY: mcp
mcp: ## Package, and test the jar with the official MCP clients and conformance suite
	$(MVNW) --quiet -DskipTests package
	.ci/mcp/run

.PHONY: browser
browser: ## Package, and test the status page in Chromium, with Node.js
	$(MVNW) --quiet -DskipTests package
	.ci/browser/run

.PHONY: screenshots
screenshots: ## Package, and create the pictures of the status page, in about 16 minutes, with Node.js and Chromium
	$(MVNW) --quiet -DskipTests package
	.ci/browser/run screenshots

.PHONY: observability
observability: ## Package, and test the alerts and the dashboard with a Prometheus, in about 2 minutes
	$(MVNW) --quiet -DskipTests package
	.ci/observability/install
	.ci/observability/run

.PHONY: keycloak
keycloak: ## Package, and test the jar with Keycloak as Lean and as an identity provider, in about 3 minutes, with a JDK 21
	$(MVNW) --quiet -DskipTests package
	.ci/keycloak/run

.PHONY: reproducible
reproducible: ## Package twice, in different places, and compare the results, in about 2 minutes
	$(MVNW) --quiet -DskipTests clean package
	.ci/reproducible/run

.PHONY: updates
updates: ## List newer versions of the libraries, of Quarkus and of the build's plugins
	.ci/updates

.PHONY: format
format: ## Format the sources
	$(MVNW) process-sources

.PHONY: clean
clean: ## Remove build output
	$(MVNW) clean
