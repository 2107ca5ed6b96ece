# Two commands are enough on a fresh machine with Python 3.11 or newer, git and make:
#   make grade    sets everything up, builds release/, grades the sample class, prints the grades
#   make test     sets everything up, passes the linters and the tests: some minutes (see tests/README.md)
# The others: setup · release · feedback · lab · calibrate · bench · pictures · marking · mutants · test-all ·
#   corpus · corpus-busy · kills · recipes · browser · gpu · versions · clean

PYTHON ?= python3
VENV := .venv
BUILD := .build
ASSIGNMENT := lab1
# For make grade and make feedback: STUDENT=name, NOTEBOOK=name; for make grade FORCE=1, UNBOXED=1,
# WORKERS=number, and for its table SORT=points, ALL=1 (everybody in a class of more than 60).
STUDENT :=
NOTEBOOK :=
FORCE :=
UNBOXED :=
WORKERS :=
SORT := student
ALL :=

# Names reach the shell as its variables and not as its text, so they may hold any character. A $ in
# them would be expanded by make but for `value`.
override ASSIGNMENT := $(value ASSIGNMENT)
override STUDENT := $(value STUDENT)
override NOTEBOOK := $(value NOTEBOOK)
override SORT := $(value SORT)
override VENV := $(value VENV)
export VENV ASSIGNMENT STUDENT NOTEBOOK SORT
# Modules rather than scripts: a script's first line holds the path of python, and not every path
# can stand there.
PYTHON_OF_VENV := "$$(cd -P "$$VENV/bin" && pwd -P)/python"
RUN := $(PYTHON_OF_VENV) -m
# so that a terminal in JupyterLab finds nbgrader
export PATH := $(if $(filter /%,$(VENV)),$(VENV),$(CURDIR)/$(VENV))/bin:$(PATH)
export OMP_NUM_THREADS ?= 1
unexport PYTHONPATH

.NOTPARALLEL:
.PHONY: setup known grade release feedback test test-pythons test-all lint lab calibrate bench pictures marking mutants corpus corpus-busy kills recipes \
  browser gpu versions clean other-environment

setup: $(if $(filter .venv,$(VENV)),$(BUILD)/environment,other-environment)

# refused before anything is installed
known:
	@ls source | grep -Fxq -e "$$ASSIGNMENT" || { \
	  echo "There is no assignment '$$ASSIGNMENT' in source/. There is: $$(ls source | paste -s -d , - | sed 's/,/, /g')."; exit 1; } >&2

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

# What tests/nbgrader/test_postgresql.py starts: the programs of a server. Debian's package would also start
# a server of the machine's own, but for the file that is there meanwhile.
SERVER := ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null | grep -q . || command -v postgres >/dev/null
NO_SERVER := /etc/postgresql-common/createcluster.d/tests-only.conf
APT := DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends
$(BUILD)/postgresql:
	@mkdir -p $(BUILD)
	@if ! { $(SERVER); } && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing PostgreSQL's programs, for the tests"; \
	  { apt-get update && $(APT) postgresql-common && mkdir -p $(dir $(NO_SERVER)) && \
	    echo 'create_main_cluster = false' >$(NO_SERVER) && $(APT) postgresql; } >$(BUILD)/apt.log 2>&1 || cat $(BUILD)/apt.log; \
	  rm -f $(NO_SERVER); fi
	@if { $(SERVER); }; then touch $@; else \
	  echo "The tests of PostgreSQL will fail without its server. Run this line, then make again:"; \
	  echo "  sudo apt-get install postgresql      (Fedora: sudo dnf install postgresql-server)"; fi

# The browser that tests read pages in; Playwright's own need not be fetched then.
BROWSER := command -v chromium || command -v chromium-browser || command -v google-chrome
$(BUILD)/chromium:
	@mkdir -p $(BUILD)
	@if ! { $(BROWSER); } >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing Chromium, for the tests"; \
	  { apt-get update && $(APT) chromium fonts-dejavu-core; } >$(BUILD)/apt.log 2>&1 || cat $(BUILD)/apt.log; fi
	@if { $(BROWSER); } >/dev/null; then touch $@; else \
	  echo "The tests of pages will fail without a browser. Run this line, then make again:"; \
	  echo "  sudo apt-get install chromium      (Fedora: sudo dnf install chromium)"; fi

# What a student installs, as the README says it, and nothing else.
STUDENT_HAS := jupyterlab numpy pandas matplotlib torch
$(BUILD)/student: constraints.txt
	@echo "Installing a student's environment, for the tests"
	@rm -rf $@ && mkdir -p $(BUILD) && $(PYTHON) -m venv $@ && \
	  $@/bin/python -m pip install --disable-pip-version-check -c constraints.txt $(STUDENT_HAS) >$(BUILD)/pip-student.log 2>&1 || \
	  { tail -n 40 $(BUILD)/pip-student.log 2>/dev/null; rm -rf $@; exit 1; }
	@touch $@

# Below a path with one of these pip cannot install, or the scripts and `activate` do not run. There,
# .venv is a link to an environment in the user's cache.
HARD := $(if $(filter .venv,$(VENV)),$(foreach c," $$ ` \ { } :,$(findstring $(c),$(CURDIR))))
CACHED := deep-learning-lab-venv
ELSEWHERE = mkdir -p "$${XDG_CACHE_HOME:-$$HOME/.cache}" && place=$$(mktemp -d "$${XDG_CACHE_HOME:-$$HOME/.cache}/$(CACHED)-XXXXXX") && \
  chmod 755 "$$place" && \
  $(PYTHON) -m venv "$$place" && rm -rf .venv && ln -s "$$place" .venv
define INSTALL
mkdir -p $(BUILD); \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }; \
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
  { echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }; \
{ test -x "$$VENV/bin/python" || $(if $(strip $(HARD)),{ $(ELSEWHERE); },$(PYTHON) -m venv "$$VENV"); } && \
$(RUN) pip install --disable-pip-version-check -c constraints.txt -e '.[lab,cluster,postgresql,report,dev]' >$(BUILD)/pip.log 2>&1 || \
  { tail -n 40 $(BUILD)/pip.log 2>/dev/null; echo "No environment could be made in $$VENV. At another place: make VENV=/path/to/a/new/folder $(MAKECMDGOALS)"; exit 1; }
endef

$(BUILD)/environment: pyproject.toml constraints.txt | $(if $(UNBOXED),,$(BUILD)/system)
	@echo "Installing into $$VENV"
	@mkdir -p $(BUILD); $(INSTALL)
	@touch $@

# make VENV=…: an environment that has nbjudge is used as it is, any other is filled.
other-environment: | $(if $(UNBOXED),,$(BUILD)/system)
	@"$$VENV/bin/python" -c 'import nbjudge' 2>/dev/null || { $(INSTALL); }

# What there is to make, and to check, is decided by nbjudge, from what is there.
release: known setup
	@$(RUN) nbjudge release "$$ASSIGNMENT" $(if $(UNBOXED),--unboxed)

WHOM = $(if $(STUDENT),--student="$$STUDENT") $(if $(NOTEBOOK),--notebook="$$NOTEBOOK")

grade: release
	@export NBJUDGE_BY_MAKE=1; exec $(RUN) nbjudge grade "$$ASSIGNMENT" $(WHOM) $(if $(FORCE),--force) $(if $(UNBOXED),--unboxed) \
	  $(if $(WORKERS),--workers=$(WORKERS)) --sort="$$SORT" $(if $(ALL),--table)

feedback: grade
	@echo "nbgrader generate_feedback '$$ASSIGNMENT' --force"
	@$(RUN) nbgrader generate_feedback "$$ASSIGNMENT" $(WHOM) --force --log-level=WARN

# What tests/README.md says. Tests of one group, which is a file as a rule, run one after the other.
PYTEST := $(RUN) pytest -n 2 --dist loadgroup --no-loadscope-reorder

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(PYTHON_OF_VENV) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo --no-cache

# What needs a browser or a student's environment runs if they are there; make browser installs both.
test: release lint | $(BUILD)/postgresql
	$(PYTEST) -m "not slow" -ra --durations=15

# everything, with the time that each test takes
test-all: release lint | $(BUILD)/postgresql $(BUILD)/chromium $(BUILD)/student $(BUILD)/recipes
	$(PYTEST) -rA --durations=0 -o console_output_style=classic

# with every Python from 3.11 on that is here: what a Python can break, each in an environment below
# .build/pythons
test-pythons: setup
	@if ! /usr/bin/python3 -c 'import ensurepip' 2>/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  { apt-get update && $(APT) python3-venv; } >$(BUILD)/apt.log 2>&1 || cat $(BUILD)/apt.log; fi
	$(PYTHON_OF_VENV) tools/test_pythons.py $(BUILD)/pythons

# JupyterLab refuses to run as root, whom a container often has alone. Whoever starts it as root has
# root's rights in its terminal anyway; students' code is graded as another user and in its box.
# LAB takes more options: make lab LAB="--ip=0.0.0.0 --no-browser"
lab: release
	@if [ "$$(id -u)" = 0 ]; then \
	  echo "You are root, so JupyterLab runs with --allow-root; without LAB=--ip=... only this machine reaches it."; fi
	$(RUN) jupyterlab --notebook-dir=. $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB)

calibrate: setup
	$(PYTHON_OF_VENV) tools/calibrate.py

# BENCH takes its options: make bench BENCH="--rounds 1 --sizes 10,40"
bench: release
	$(PYTHON_OF_VENV) bench/benchmarks.py $(BENCH)

# the pictures of the README, from the sample class, and the gallery of docs/lab.md
pictures: feedback | $(BUILD)/chromium $(BUILD)/student
	$(RUN) nbjudge report "$$ASSIGNMENT" -o $(BUILD)/report.html
	$(PYTHON_OF_VENV) tools/pictures.py
	$(PYTHON_OF_VENV) tools/gallery.py

marking: setup
	$(PYTHON_OF_VENV) tools/marking_page.py

# every small change of the solutions: fails if one gets all points and nobody has said why
mutants: setup
	$(PYTHON_OF_VENV) tools/mutants.py

# all hostile, broken and odd submissions; make test grades a sample of them
corpus: release
	$(PYTEST) tests/sandbox/test_corpus.py -rA

# the grader is killed at 100 moments; make test tries 3
kills: setup
	$(PYTEST) tests/nbgrader/test_killed.py -rA

# docs/cluster.md for Slurm and SSH, on this machine
recipes: setup | $(BUILD)/recipes
	$(PYTEST) tests/cluster/test_recipes.py -rA

RECIPES := command -v slurmctld >/dev/null && command -v runc >/dev/null
$(BUILD)/recipes:
	@mkdir -p $(BUILD)
	@if ! { $(RECIPES); } && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing Slurm, an SSH server and runc, for the tests"; \
	  { apt-get update && $(APT) slurmctld slurmd slurm-client munge openssh-server runc; } >$(BUILD)/apt.log 2>&1 || cat $(BUILD)/apt.log; fi
	@$(RUN) pip install --disable-pip-version-check -c constraints.txt dask-jobqueue==0.9.0 kubernetes-validate==1.37.0 \
	  >$(BUILD)/pip-recipes.log 2>&1 || { tail -n 40 $(BUILD)/pip-recipes.log; exit 1; }
	@if { $(RECIPES); }; then touch $@; else \
	  echo "The tests of the recipes will fail without them. Run this line, then make again:"; \
	  echo "  sudo apt-get install slurmctld slurmd slurm-client munge openssh-server runc"; fi

# all notebooks in JupyterLab and as Colab and others save them, and ten pages for students read on a
# phone; make test does one notebook and two pages
browser: release | $(BUILD)/chromium $(BUILD)/student
	$(PYTEST) tests/browser -rA

# the notebooks that use torch, on a machine with a GPU: run by a student there, and graded
gpu: release | $(BUILD)/student
	@$(BUILD)/student/bin/python -c "import sys, torch; sys.exit(not torch.cuda.is_available())" || { \
	  echo "PyTorch finds no GPU here."; exit 1; }
	$(PYTEST) tests/browser/test_student_with_gpu.py -rA

# the notebooks with other versions of Python and of what students install
versions: setup
	$(RUN) nox

# the same beside two busy processes
corpus-busy: setup
	$(PYTHON_OF_VENV) tests/sandbox/corpus/run.py --busy

# Points given by hand are nowhere but in the gradebook, so it is put aside, not removed.
clean:
	@if [ -f gradebook.db ]; then mv -v gradebook.db gradebook-$$(date +%Y%m%d-%H%M%S).db; fi
	@case "$$(readlink .venv)" in */$(CACHED)-*) rm -rf "$$(readlink .venv)";; esac
	rm -rf .venv .nbjudge $(BUILD) autograded/*/ feedback
