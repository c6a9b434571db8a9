# `make` lists the targets. A variable given to make reaches the parts too: make up MODE=host ORDER_RATE=50

# The first of these that is Python 3.11 or newer, if possible one that can make virtual environments.
PYTHONS = python3.13 python3.12 python3.11 python3
PYTHON = $(or $(shell for modules in 'ensurepip, sys' sys; do for python in $(PYTHONS); do \
	"$$python" -c "import $$modules; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo "$$python" && exit; \
	done; done),$(error needs Python 3.11, 3.12 or 3.13 as one of $(PYTHONS): install it, or name it: make PYTHON=/path/to/python))
SANDBOX = $(PYTHON) -m sandbox
BIN = .venv/bin

# `eval "$(make env)"` must read nothing else, called from another make too.
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help up down reset status logs sales verify start stop env venv test lint format check bench pictures lock base-image

help:
	@awk 'BEGIN { FS = ":.*## "; print "usage: make TARGET [NAME=VALUE ...]; .env.example has every NAME that tunes the parts" } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' Makefile

##@ Running it
up: ## start it, in Docker or on this machine (MODE=docker, MODE=host); returns when the first order is delivered
	@$(SANDBOX) up

down: ## stop it; nothing keeps running
	@$(SANDBOX) down

reset: ## stop it and drop its data
	@$(SANDBOX) reset

status: ## show the parts; fails unless all are well
	@$(SANDBOX) status

logs: ## show what the parts said (PART=generator, LINES=100, FOLLOW=1)
	@$(SANDBOX) logs $(if $(FOLLOW),--follow) $(if $(LINES),--lines $(LINES)) $(PART)

verify: ## account for every order, hop by hop (WAIT=60 lets the buffers drain first)
	@$(SANDBOX) verify $(if $(WAIT),--wait $(WAIT)) $(ARGS)

sales: ## show sales by product and the pipeline's health until Ctrl-C (ARGS=--once prints them once)
	@$(SANDBOX) sales $(ARGS)

stop: ## stop one part (PART=generator)
	@$(SANDBOX) stop $(or $(PART),generator)

start: ## start one part that was stopped (PART=generator)
	@$(SANDBOX) start $(or $(PART),generator)

env: ## print what leads a shell to it: eval "$(make env)", then awslocal, aws, boto3
	@$(SANDBOX) env

##@ Working on it
venv: ## make .venv, if it is not there for the locked set; other targets do it themselves
	@$(SANDBOX) venv

test: venv ## run every test (ARGS="-k firehose" picks some)
	@$(BIN)/python -m pytest $(ARGS)

lint: venv ## check style and types; changes nothing
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: venv ## correct what lint can correct
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

check: lint test ## lint and test, as CI does

bench: venv ## measure the parts on this machine (ARGS="firehose" picks one)
	@$(BIN)/python -m benchmarks $(ARGS)

pictures: venv ## make the README's pictures from a real run (needs Chromium and chromedriver)
	@$(BIN)/python -m tests.pictures

lock: venv ## write requirements/*.txt from requirements/*.in
	@UV=$(abspath $(BIN)/uv) requirements/lock

##@ Docker without a registry
base-image: ## build a stand-in for PYTHON_IMAGE from Debian's packages
	@docker/base-image
