# Set-up, run and test of the workbook; needs Python 3.11 or newer, git and make. `make` alone lists the targets.
PYTHON ?= python3
WORLD ?= drawn
JOBS ?= 2
BIN := .venv/bin
LOCKED := notebooks explorer hub ray onnx docs dev
READY := .venv/ready
NBVAL := $(BIN)/python -m pytest --nbval-lax --nbval-current-env -p no:cacheprovider -q
# Notebooks in the order in which they can be checked: what each reads is left by those before it. A file is one job.
# 07 needs all of both worlds; those BESIDE it need none, and take the other core. Those of BY_UNIT are run by
# tests/workshop, which asks more of them than that they run; those of SMALL by recipes of their own, at small sizes.
MAKING := notebooks/01_invert.ipynb notebooks/02_encode.ipynb
BESIDE := notebooks/00_tour.ipynb notebooks/workshop/solutions/2_probe.ipynb notebooks/workshop/solutions/3_spaces.ipynb notebooks/workshop/solutions/5_judge.ipynb
LAST := notebooks/depth/07_two_worlds.ipynb $(BESIDE)
LONGEST := $(addprefix notebooks/,$(addsuffix .ipynb,depth/side_by_side depth/11_evidence depth/10_une 05_edit depth/editing depth/inversion \
	depth/stitching depth/variation depth/latents depth/network))
BY_UNIT := notebooks/workshop/solutions/1_noise.ipynb notebooks/workshop/solutions/4_edit.ipynb
SMALL := $(addprefix notebooks/depth/,replicas.ipynb encoders.ipynb posterior.ipynb known_latent.ipynb classifier.ipynb translation.ipynb)
READING := $(LONGEST) $(filter-out $(MAKING) $(LAST) $(LONGEST) $(BY_UNIT) $(SMALL),$(wildcard notebooks/*.ipynb notebooks/depth/*.ipynb notebooks/workshop/solutions/*.ipynb))
AT_ONCE := -n $(JOBS) --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off

.PHONY: help run quick lint test unit coverage notebooks workshop slides docs bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run [WORLD=drawn]  set up .venv, then run every notebook of recipes/WORLD.yaml (drawn, drawn-all, fashion, two-worlds, ...)"
	@echo "make quick              set up .venv, then lint and run the fast tests, on JOBS=2 cores"
	@echo "make test               set up .venv, then lint and test everything, the notebooks included (make unit, make notebooks)"
	@echo "make coverage           set up .venv, then run the tests but the notebooks, and count the lines that they reach"
	@echo "make workshop           set up .venv, then check that the workshop's solutions run on this machine: two minutes"
	@echo "make slides             set up .venv, then make slides of the workshop, which need no network, in build/slides"
	@echo "make docs               set up .venv, then build the documentation, offline: build/docs/index.html"
	@echo "make bench              set up .venv, then run the benchmarks: promised figures beside targets, benchmarks/figures.json"
	@echo "make lock               resolve pyproject.toml afresh into requirements.lock and .hashes"
	@echo "make clean              remove .venv and every cache; data and figures stay"
	@echo "PYTHON=python3.12       before any of them: the Python to set up with (default python3)"

run: $(READY)
	@test -f recipes/$(WORLD).yaml || { echo "no recipes/$(WORLD).yaml; choose a WORLD of: $$(cd recipes && echo *.yaml | sed 's/\.yaml//g')" >&2; exit 1; }
	@test ! -f recipes/$(WORLD).txt || $(PIP) --quiet --no-deps --require-hashes --ignore-requires-python -r recipes/$(WORLD).txt
	$(BIN)/python -m unelib run recipes/$(WORLD).yaml

quick: lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(AT_ONCE) -m "not slow" -q

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy -n $(JOBS)

test: lint unit notebooks

unit: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(AT_ONCE) -q

coverage: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(AT_ONCE) -q --cov=unelib --cov-report=term

# The drawn world at its committed sizes, cell by cell; photographs at small sizes beside it, and for 07 and 11.
notebooks: $(READY)
	@scratch=$$(mktemp -d) && trap 'kill $$fashion 2> /dev/null; rm -rf "$$scratch"' EXIT && echo "checking the notebooks in $$scratch" \
		&& export UNELIB_ROOT="$$scratch" OMP_NUM_THREADS=1 \
		&& { (for some in fashion encoders replicas posterior known-latent; do \
			$(BIN)/python -m unelib run tests/whole/$$some-small.yaml --jobs 1 || exit 1; done) > "$$scratch/fashion.log" 2>&1 & fashion=$$!; } \
		&& $(NBVAL) -x $(MAKING) \
		&& while kill -0 $$fashion 2> /dev/null && ! grep -q 02_encode "$$scratch/fashion.log"; do sleep 1; done \
		&& $(NBVAL) $(AT_ONCE) $(READING) \
		&& { wait $$fashion || { cat "$$scratch/fashion.log"; exit 1; }; } \
		&& $(NBVAL) $(AT_ONCE) $(LAST)

# The day before a workshop: the solutions run here, and the checks that need no model find what is committed.
workshop: $(READY)
	OMP_NUM_THREADS=1 $(NBVAL) $(AT_ONCE) $(wildcard notebooks/workshop/solutions/*.ipynb)

# Text and pictures of the solved notebooks, without code; one file a part, with all that it needs in it.
slides: $(READY)
	$(BIN)/jupyter nbconvert --to slides --no-input --template slides --TemplateExporter.extra_template_basedirs=notebooks/workshop --SlidesExporter.reveal_url_prefix=. \
		--output-dir build/slides notebooks/workshop/solutions/*.ipynb

# A link that leads nowhere, or anything else that Sphinx warns of, is an error.
docs: $(READY)
	$(BIN)/python -m sphinx -c docs . build/docs -q -W --keep-going
	@echo "build/docs/index.html"

bench: $(READY)
	@set -e; for script in $(filter-out benchmarks/measured.py,$(wildcard benchmarks/*.py)); do echo "$$script"; $(BIN)/python "$$script"; done
	@$(BIN)/python benchmarks/measured.py

# Set-up is done when this stamp is newer than the lock and the project's own list; then nothing is installed again.
# Every package is checked against its hash, but for torch: the same version is a CPU build here and brings CUDA there.
$(READY): requirements.lock requirements.hashes pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, not " + sys.version.split()[0] + "; name one: make PYTHON=python3.12")'
	@echo "setting up .venv with $$($(PYTHON) --version) from requirements.lock"
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(PIP) --no-deps --require-hashes -r requirements.hashes
	$(PIP) -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

lock:
	rm -rf .venv/fresh
	$(PYTHON) -m venv .venv/fresh
	.venv/fresh/bin/python -m pip install --disable-pip-version-check --progress-bar off torch==2.13.0 ".[$$(echo $(LOCKED) | tr ' ' ,)]"
	@grep '^#' requirements.lock > .venv/fresh/lock
	.venv/fresh/bin/python -m pip freeze --all | grep -Eiv '^(unelib|pip==|torchvision|torchaudio|nvidia|cuda|triton)' \
		| grep -v '^#' | sed 's/+cpu$$//; s/+cu[0-9]*$$//' | sort -f >> .venv/fresh/lock
	mv .venv/fresh/lock requirements.lock
	.venv/fresh/bin/python -m pip install --disable-pip-version-check --progress-bar off uv
	.venv/fresh/bin/uv pip compile pyproject.toml $(addprefix --extra ,$(LOCKED)) --universal --generate-hashes --python-version 3.11.5 --quiet \
		--constraint requirements.lock --no-annotate --no-header --output-file .venv/fresh/hashes
	@{ echo "# Hashes of the packages in requirements.lock, for Linux, macOS and Windows, without torch (\`make lock\`)."; \
		awk '/^[^ ]/ {kept = !/^(torch|triton|nvidia-|cuda-)/} kept' .venv/fresh/hashes; } > requirements.hashes
	rm -rf .venv/fresh

clean:
	rm -rf .venv build docs/api unelib.egg-info .pytest_cache .ruff_cache .import_linter_cache .mypy_cache .coverage
	find . \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
