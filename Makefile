# The go command fetches this release as a module where the machine's own is older.
export GOTOOLCHAIN := go1.27.4

ADDR ?= 127.0.0.1:8080

# How long make fuzz gives each target; JOBS=N fuzzes so many at a time, RECORD=1 adds what came of it to
# docs/reliability.md.
FUZZTIME ?= 30s

.PHONY: run test test-engines vet fuzz audit wasm site weights lighthouse bench visits soak animation demo clean

run: ## build the page and serve it to this machine
	go run . -addr $(ADDR)

test: ## install what the tests need and run everything
	@./.ci/test

test-engines: ## the page's core in Chromium, Firefox and WebKitGTK; with RECORD=1 docs/reliability.md gets what came of it
	./e2e/engines/install.sh
	cd e2e && RECORD="$(RECORD)" node --test engines/engines.test.mjs

vet: ## gofmt and go vet, native and for the browser
	@test -z "$$(gofmt -l $$(git ls-files "*.go"))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files "*.go"); exit 1; }
	go vet ./...
	GOOS=js GOARCH=wasm go vet ./...

fuzz: ## fuzz every target for FUZZTIME; make test runs their seeds, and each target for two seconds
	go run ./cmd/fuzz -time $(FUZZTIME) $(if $(JOBS),-jobs "$(JOBS)") $(if $(RECORD),-record)

audit: ## ask the vulnerability databases of Go and npm about every dependency
	@./.ci/audit

wasm: ## build the WebAssembly modules into build/site
	go run . -build

site: ## write the site for a static host into dist and compare its size with budget.json
	go run . -site dist

lighthouse: ## rate the published site with Lighthouse; the machine should have nothing else to do
	./.ci/npm-ci e2e
	./.ci/npm-ci e2e/lighthouse
	node e2e/lighthouse/run.mjs

weights: ## fetch an official checkpoint, convert it and add it to the page (VARIANT=T2, T2s for T2†, … or all)
	go run ./cmd/mobilemamba weights --variant "$(or $(VARIANT),T2)" $(if $(FILE),--file "$(FILE)") $(if $(FROM),--from "$(FROM)")

bench: ## time this project beside ONNX Runtime, in the browser and natively
	./e2e/install.sh
	./.ci/npm-ci bench
	node bench/run.mjs

visits: ## time a first and a second visit to the site over a line of 10 Mbit/s
	./e2e/install.sh
	node e2e/support/visits.mjs

soak: ## live on a fake camera for half an hour, or for FRAMES=N: nothing may grow, fail or get slow; RECORD=1 as above
	./e2e/install.sh
	cd e2e && node soak.mjs --frames "$(FRAMES)" --minutes "$(MINUTES)" $(if $(RECORD),--record)

animation: ## record the README's animation and screenshots; needs img2webp (on Debian: apt-get install webp)
	./e2e/install.sh
	cd e2e && node animation.mjs

demo: ## measure what distillation and a long schedule are worth (DATA=tiny-imagenet-200.zip); writes docs/demo.*
	GOEXPERIMENT=simd go run ./train/demo $(if $(DATA),-data "$(DATA)")

clean:
	rm -rf build dist e2e/artifacts
