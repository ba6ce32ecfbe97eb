# The go command fetches this release as a module where the machine's own is older.
export GOTOOLCHAIN := go1.27.4

ADDR ?= 127.0.0.1:8080
WASM_PACKAGES := kernels model vision checkpoint

.PHONY: run test test-go test-wasm test-web vet wasm testdata clean

run: ## build the page and serve it to this machine
	go run . -addr $(ADDR)

test: ## install what the tests need and run everything
	@./.ci/test

vet: ## gofmt and go vet, native and for the browser
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	go vet ./...
	GOOS=js GOARCH=wasm go vet ./...

wasm: ## build the WebAssembly module into build/site
	go run . -build

clean:
	rm -rf build dist e2e/artifacts
