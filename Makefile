# Each target runs the script with the same name in scripts/, which also runs on its own.
.PHONY: demo build test bench counts fuzz lint format docs dist clean setup

demo:  ## everything from nothing, then text read out of a photograph by a model served over HTTP
	@scripts/demo.sh

build: ## release binaries, both wheels in dist/, and .venv with them installed
	@scripts/build.sh

test:  ## every suite; ends with "N passed, N failed"
	@scripts/test.sh

bench: build ## our server beside its peers; writes benchmarks/RESULTS.md
	@benchmarks/run.sh

counts: build ## instructions and system calls of our server; writes benchmarks/COUNTS.md
	@benchmarks/counts.sh --write benchmarks/COUNTS.md

fuzz:  ## each fuzz target for 60 s under AddressSanitizer; scripts/fuzz.sh SECONDS TARGET for one of them
	@scripts/fuzz.sh

lint:  ## formatting, types, and the rules of CONTRIBUTING.md
	@scripts/lint.sh

format: ## rewrites Swift and Python sources in the project's format
	@scripts/format.sh

docs:  ## what is made from the programs: docs/cli.md, docs/environment.md, docs/metrics.md, docs/llms.txt, python/cog/_server_tables.py
	@scripts/docs.sh

dist:  ## one archive with the program and the wheels in dist/, which runs wherever it is unpacked
	@scripts/dist.sh

setup: ## installs what is missing on this machine
	@scripts/setup.sh

clean: ## removes everything that the other targets made in the checkout
	rm -rf .build .build-* .envs .venv dist
