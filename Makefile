# Two commands are enough on a fresh machine with Python 3.11 or newer, git and make:
#   make grade    sets everything up, builds release/, grades the sample class, prints the grades
#   make test     sets everything up, passes all tests
# The others: release · feedback · lab · calibrate · bench · clean

PYTHON ?= python3
VENV := .venv
BUILD := .build
ASSIGNMENT := lab1
# nbgrader calls alembic and jupyter by name, so the environment comes first on the path
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export OMP_NUM_THREADS ?= 1
unexport PYTHONPATH

SOURCES := $(wildcard source/$(ASSIGNMENT)/*.ipynb) $(wildcard data/*.csv) grader_config.py nbgrader_config.py
JUDGE := $(wildcard src/nbjudge/*.py src/nbjudge/*/*.py) $(wildcard hidden_tests/$(ASSIGNMENT)/*.py)
SUBMITTED := $(wildcard submitted/*/$(ASSIGNMENT)/*)

.PHONY: setup grade release feedback test corpus-busy lab calibrate bench clean

setup: $(BUILD)/environment

# What pip cannot install: bubblewrap and libseccomp, for the boxes that students' code runs in.
SYSTEM := command -v bwrap >/dev/null && ls /usr/lib*/libseccomp.so.2 /usr/lib/*/libseccomp.so.2 2>/dev/null | grep -q .
$(BUILD)/system:
	@mkdir -p $(BUILD)
	@if ! { $(SYSTEM); } && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing bubblewrap and libseccomp2"; \
	  { apt-get update && apt-get install --yes --no-install-recommends bubblewrap libseccomp2; } >$(BUILD)/apt.log 2>&1 || cat $(BUILD)/apt.log; fi
	@if ! { $(SYSTEM); }; then \
	  echo "Boxes for students' code need bubblewrap and libseccomp. Run this line, then make again:"; \
	  echo "  sudo apt-get install bubblewrap libseccomp2      (Fedora: sudo dnf install bubblewrap libseccomp)"; exit 1; fi
	@touch $@

$(BUILD)/environment: pyproject.toml constraints.txt | $(BUILD)/system
	@mkdir -p $(BUILD)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[lab,dev]'
	@touch $@

# The assignment in the gradebook and release/ are made together, by nbgrader itself.
# nbgrader empties release/ before it looks whether it can go on, so a copy is put back when it cannot.
RELEASE_FAILED = rm -rf release/$(ASSIGNMENT); \
  if [ -d $(BUILD)/released ]; then cp -a $(BUILD)/released release/$(ASSIGNMENT); fi; \
  echo "release/$(ASSIGNMENT) could not be made anew; it is as it was, and so is the gradebook."; \
  echo "If nbgrader says above that notebooks changed while there are submissions: a notebook cannot be"; \
  echo "added to, or taken from, an assignment that has been graded. Put the gradebook aside and run make"; \
  echo "again; all of submitted/ is then graded anew, and points given by hand stay in the old file:"; \
  echo "  mv gradebook.db gradebook-before.db && rm -rf autograded/*/$(ASSIGNMENT)"

$(BUILD)/assignment: $(BUILD)/environment $(SOURCES) src/nbjudge/plugin/release.py src/nbjudge/config.py
	@rm -rf $(BUILD)/released && if [ -d release/$(ASSIGNMENT) ]; then cp -a release/$(ASSIGNMENT) $(BUILD)/released; fi
	@echo nbgrader generate_assignment $(ASSIGNMENT) --force
	@nbgrader generate_assignment $(ASSIGNMENT) --force --log-level=ERROR || { $(RELEASE_FAILED); exit 1; }
	@touch $@

release: $(BUILD)/assignment

# When a hidden test or the judge has changed, everybody is graded anew; else only new submissions.
$(BUILD)/judge: $(BUILD)/assignment $(JUDGE)
	@rm -rf autograded/*/$(ASSIGNMENT)
	@touch $@

$(BUILD)/graded: $(BUILD)/judge $(SUBMITTED)
	@$(VENV)/bin/python -m nbjudge.plugin.renew submitted autograded $(ASSIGNMENT)
	nbgrader autograde $(ASSIGNMENT) --log-level=WARN
	@touch $@

grade: $(BUILD)/graded
	@$(VENV)/bin/python -m nbjudge.plugin.grades $(ASSIGNMENT)

feedback: $(BUILD)/graded
	nbgrader generate_feedback $(ASSIGNMENT) --force --log-level=ERROR

test: $(BUILD)/assignment
	ruff check .
	ruff format --check .
	pytest -n 2 --dist loadfile -rA -o console_output_style=classic

corpus-busy: $(BUILD)/environment
	$(VENV)/bin/python tests/corpus/run.py --busy

lab: $(BUILD)/assignment
	jupyter lab --notebook-dir=.

calibrate: $(BUILD)/environment
	$(VENV)/bin/python bench/calibrate.py

bench: $(BUILD)/environment
	$(VENV)/bin/python bench/speed.py

# Points given by hand are nowhere but in the gradebook, so it is put aside, not removed.
clean:
	@if [ -f gradebook.db ]; then mv -v gradebook.db gradebook-$$(date +%Y%m%d-%H%M%S).db; fi
	rm -rf $(VENV) $(BUILD) autograded/*/ feedback
