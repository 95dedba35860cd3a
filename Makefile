# The phone book of the project; each word is one line of work. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
RELEASE := -c release --static-swift-stdlib
FLAGS := --explicit-target-dependency-import-check error
BIN = $$(swift build $(RELEASE) --show-bin-path)
SECONDS ?= 60
TARGET ?= event

.PHONY: help deps build test demo bench lint format fuzz fuzz-all man

help: ## list these words
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

deps: ## install the Debian packages that are missing
	@.ci/packages

build: deps ## build the programs (release)
	swift build $(RELEASE) $(FLAGS)

test: deps ## run every test: first without, then with real nodes, which need the machine to themselves
	swift test $(FLAGS) --skip 'NodeTests\.'
	swift test $(FLAGS) --skip-build --filter 'NodeTests\.'

demo: deps ## tell the two stories with real nodes; KEEP=1 leaves the first one's running
	swift build $(RELEASE) $(FLAGS)
	@AMONAT_BIN="$(BIN)" KEEP="$(KEEP)" "$(BIN)/amonat-demo"

bench: deps ## print the figures, one JSON object a line
	swift build $(RELEASE) $(FLAGS) >&2
	@"$(BIN)/amonat-bench" --bin "$(BIN)" $(ARGS)

man: ## write the man pages of the built programs to .build/man
	python3 docs/man/generate.py "$(BIN)" .build/man

lint: ## check the format of the sources
	swift format lint --strict --parallel --recursive Sources Tests Package.swift

format: ## put the sources into the house format
	swift format --in-place --parallel --recursive Sources Tests Package.swift

fuzz: deps ## fuzz one parser: TARGET=event SECONDS=60
	AMONAT_FUZZ=1 swift build --scratch-path .build/fuzz --product amonat-fuzz
	@Tests/Fuzz/run $(SECONDS) $(TARGET)

fuzz-all: deps ## fuzz every parser, each for SECONDS=60
	AMONAT_FUZZ=1 swift build --scratch-path .build/fuzz --product amonat-fuzz
	@Tests/Fuzz/run $(SECONDS)
