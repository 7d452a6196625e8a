# Needs only git, make and Python 3.11 to 3.13; `make help` lists what there is.
VENV_PYTHON := .venv/bin/python
READY := .venv/.complete
LAB_ROOT := .

# `.complete` holds the folder it was made in, so a course folder that was moved is set up anew.
ifneq "$(shell cat $(READY) 2>/dev/null)" "$(CURDIR)"
.PHONY: $(READY)
endif

.PHONY: help lab test test-changed test-portable test-browser test-product test-oldest test-newest run notebooks lesson measure bench links update lock

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1#/p' Makefile | awk -F'#' '{ printf "%-22s%s\n", $$1, $$2 }'

$(READY): requirements.lock pyproject.toml .ci/setup.sh $(VENV_PYTHON)
	@sh .ci/setup.sh

# No recipe: a missing Python (removed or upgraded since) makes the set-up run.
$(VENV_PYTHON):

lab: $(READY) ## open the course in JupyterLab (LAB_ARGS="--no-browser --port=8890" passes options on)
	@if [ "$$(id -u)" = 0 ]; then root=--allow-root; fi; \
	exec $(VENV_PYTHON) -m jupyterlab --ServerApp.root_dir=$(LAB_ROOT) $$root \
		--ServerApp.contents_manager_class=notebooks.tools.contents.AsTheKernelSays \
		--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(LAB_ARGS)

test: $(READY) ## every test: code, structure, and each notebook run again and compared
	$(VENV_PYTHON) -m pytest

test-changed: $(READY) ## in a minute, what your change reaches (BASE=commit to compare with, ALL=1 leaves out nothing slow)
	@$(VENV_PYTHON) notebooks/tools/changed.py $(if $(ALL),--all) $(BASE)

# The names numpy does not know or the machine does not have are ignored in silence.
test-portable: $(READY) ## the notebooks again, as on another processor
	@if [ "$$(uname -m)" != x86_64 ]; then echo "test-portable: skipped, it imitates another x86_64 processor"; exit 0; fi; \
	NPY_DISABLE_CPU_FEATURES=X86_V4,AVX512_ICL,AVX512_SPR OPENBLAS_CORETYPE=Haswell TF_ENABLE_ONEDNN_OPTS=0 \
		$(VENV_PYTHON) -m pytest notebooks/solutions

test-browser: $(READY) ## two lessons in a real browser, all tables' widths (skipped where there is none); ALL=1 for every lesson
	$(VENV_PYTHON) -m pytest -n 0 -m browser $(if $(ALL),tests/browser,tests/browser/test_jupyterlab.py tests/browser/test_widths.py)

test-product: $(READY) ## any order, twice, read-only, offline, one core, 2 GB (a quarter of an hour)
	$(VENV_PYTHON) -m pytest -m product tests/product

test-oldest: $(READY) ## every test with the oldest versions that pyproject.toml permits (TEST_ARGS="-n 1 tests")
	sh .ci/lane.sh oldest $(TEST_ARGS)

test-newest: $(READY) ## every test with the newest ones (PYTHON=/path/to/python3.13 chooses the Python)
	sh .ci/lane.sh newest $(TEST_ARGS)

run: $(READY) ## run all lessons and print a table (LESSON=01 runs one)
	@$(VENV_PYTHON) notebooks/tools/run.py $(LESSON)

notebooks: $(READY) ## rebuild the notebooks whose code changed, or a module or data file that they reach
	@$(VENV_PYTHON) notebooks/tools/build.py

lesson: $(READY) ## for authors: the files of a new lesson (NAME=12_explain_an_alarm)
	@$(VENV_PYTHON) notebooks/tools/scaffold.py "$(NAME)"

measure: $(READY) ## measure time and memory of each lesson, for the headers
	@$(VENV_PYTHON) notebooks/tools/run.py --measure

bench: $(READY) ## the speed ratios (BENCH_ARGS="--results digits" computes data/results/digits.csv anew)
	@$(VENV_PYTHON) -m tests.bench $(BENCH_ARGS)

links: $(READY) ## write the Binder links (REPO=owner/name, REF=v1.0 for a release)
	@$(VENV_PYTHON) notebooks/tools/links.py "$(REPO)" $(REF)

update: $(READY) ## fetch the newest course; your own edits move to notebooks/mine
	@$(VENV_PYTHON) notebooks/tools/update.py

lock: $(READY) ## for maintainers: resolve the versions anew (UPGRADE=--upgrade takes the newest)
	@sh .ci/lock.sh $(UPGRADE)
