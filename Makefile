# Two commands: `make try` and `make test`. Everything they need is installed here, from the lock, into .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8765

.PHONY: try test test-all lint types contracts quality bench bench-bridges soak picture lock clean

try: $(VENV)/installed  ## look at it: a sample organisation, or ARCHIVE=path; PORT=
	@exec $(BIN)/alongside run --try --port $(PORT) $(if $(ARCHIVE),--archive "$(ARCHIVE)")

test: $(VENV)/installed-for-tests chromium servers  ## everything that CI asks
	@tests/run

test-all: $(VENV)/installed-for-tests chromium servers  ## and whatever touches a store, on both
	@tests/run --everything-on-both

lint: $(VENV)/installed-for-tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/installed-for-tests
	$(BIN)/mypy

contracts: $(VENV)/installed-for-tests
	$(BIN)/lint-imports

quality: $(VENV)/installed-for-tests  ## how well it finds, on ../shared/data, beside what it is compared with
	$(BIN)/python -m bench.quality && $(BIN)/python -m bench.weak && $(BIN)/python -m bench.keeping

bench: $(VENV)/installed-for-tests servers  ## how fast, with a million messages; 15 minutes
	$(BIN)/python -m bench.speed && $(BIN)/python -m bench.pages

bench-bridges: $(VENV)/installed-for-tests  ## how fast a flood of events is taken in
	$(BIN)/python -m bench.bridging

MINUTES ?= 60
soak: $(VENV)/installed-for-tests servers  ## everything that can go wrong does, for MINUTES=60; SEED= the same again
	@$(BIN)/python -m tests.soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

picture: $(VENV)/installed-for-tests chromium  ## docs/pictures: what README shows
	$(BIN)/python -m bench.picture

lock:  ## requirements/*.txt from requirements/*.in
	@for name in run test; do $(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
	  --no-emit-find-links $$([ $$name = test ] && echo "-c requirements/run.txt") requirements/$$name.in -o requirements/$$name.txt; done

# A wheel's bytes are checked against the lock; nothing is built from source, so no compiler is needed.
$(VENV)/installed: requirements/run.txt pyproject.toml
	@# A venv that Debian left half made has a python and no pip.
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV); } || { \
	  rm -rf $(VENV); echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing Alongside into $(VENV) (once) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --only-binary :all: --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-for-tests: requirements/test.txt $(VENV)/installed
	@echo "Installing what tests need …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --only-binary :all: --require-hashes -r requirements/test.txt
	@touch $@

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { echo "Installing Chromium for the tests of pages …"; \
	  { $$(command -v sudo) apt-get update -q && $$(command -v sudo) apt-get install -y -q --no-install-recommends \
	  -o DPkg::Lock::Timeout=300 chromium; } > /tmp/alongside-apt.log 2>&1 || { cat /tmp/alongside-apt.log; exit 1; }; }

# Mail servers, for the tests of the mail bridge, which run their own on loopback. Installed, they do not start: Debian's
# policy-rc.d says no while they are, and where systemd is they are turned off for the next start of the machine too.
.PHONY: servers
servers:
	@{ command -v dovecot && command -v postfix && test -x /usr/lib/dovecot/lmtp; } >/dev/null || { \
	  echo "Installing Dovecot and Postfix for the tests of mail …"; sudo=$$(command -v sudo); policy=/usr/sbin/policy-rc.d; \
	  test -e $$policy || { made=1; printf '#!/bin/sh\nexit 101\n' | $$sudo tee $$policy >/dev/null; $$sudo chmod 755 $$policy; }; \
	  { echo "postfix postfix/main_mailer_type select No configuration" | $$sudo debconf-set-selections; $$sudo apt-get update -q && \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 \
	  dovecot-imapd dovecot-lmtpd postfix; } > /tmp/alongside-apt-mail.log 2>&1; is_done=$$?; \
	  test -z "$$made" || $$sudo rm -f $$policy; \
	  test ! -d /run/systemd/system || $$sudo systemctl disable -q dovecot postfix || true; \
	  test $$is_done = 0 || { cat /tmp/alongside-apt-mail.log; exit 1; }; }

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
