# Two commands: `make lab` opens the book, `make test` passes every test. Both make .venv when it is missing or stale.

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
WORKERS ?= 2
# In a container one is often root, and JupyterLab wants that said.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab test book lite pdf check student slides format lock execute clean

lab: .venv/.installed  ## open the book in JupyterLab
	$(BIN)/jupyter lab $(AS_ROOT) notebooks/00_start_here.ipynb

test: .venv/.installed  ## run every test: unit, notebooks (fast mode), browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	NASBOOK_MODE=fast $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

book: .venv/.installed  ## make the book as HTML: book/_build/html/index.html
	$(BIN)/python tools/book.py

lite: .venv/.installed  ## chapters that run in a browser, without installing: book/_build/live; OFFLINE=1: without a network
	$(BIN)/python tools/lite.py $(if $(OFFLINE),--offline)

pdf: .venv/.installed  ## the whole book as one file, printed by a browser: book/_build/nasbook.pdf
	$(BIN)/python tools/pdf.py

check: .venv/.installed  ## can the book run on this machine?
	$(BIN)/python -m nasbook check

student: .venv/.installed  ## the book without solutions and outputs, in student/
	$(BIN)/python tools/student.py

slides: .venv/.installed  ## a deck a chapter, for the projector: slides/index.html
	$(BIN)/python tools/slides.py

execute: .venv/.installed  ## for authors: execute all notebooks in full mode and stamp them
	$(BIN)/python tools/execute.py

format: .venv/.installed  ## for authors: format code and notebooks
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/.installed  ## for authors: resolve pyproject.toml anew into requirements.lock
	$(BIN)/pip install uv
	$(BIN)/uv pip compile --universal --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
		--extra lab --extra test --extra book --upgrade --quiet -o requirements.lock pyproject.toml

# The extensions that are disabled are nbgrader's buttons, for teachers.
.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/jupyter labextension disable @jupyter/nbgrader @jupyter-notebook/lab-extension
	$(BIN)/python -c "open('.venv/.installed', 'w').close()"

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(folder, True) for folder in ('.venv', 'book/_build')]"
