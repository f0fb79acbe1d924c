# weldtech: every target says what it does in `make help`.
.DEFAULT_GOAL := help
.PHONY: help setup build practice test lint format firmware

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the Debian packages that the build and the run need
	@scripts/setup

build: setup ## build the release binary, .build/release/weldtech
	swift build -c release --product weldtech

practice: build ## the whole job on a simulated module and a local platform
	.build/release/weldtech practice

test: ## build and run all tests, peers included
	@scripts/setup peers
	swift test

lint: ## formatting, shell scripts and the house's own rules
	@scripts/lint

format: ## put the sources into the house's format
	swift format --in-place --parallel --recursive Package.swift Sources Tests firmware

firmware: setup ## build the module's image and its manifest into firmware/releases
	@firmware/build
