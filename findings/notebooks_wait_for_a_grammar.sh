#!/usr/bin/env bash
# nbformat 5.10.4 with jsonschema 4.26.0 and its extra `format-nongpl` (JupyterLab brings it, by way of
# jupyter-events), rfc3987-syntax 1.1.0, lark 1.3.1, Python 3.11.
#
# Guess: a check of internationalized addresses, which no notebook has, costs nothing until it is used.
# Seen: its module parses and compiles a grammar when it is imported, and jsonschema imports it always: about a
# second, nine tenths of `import nbformat`, in every process that only reads a notebook. Without the extra the
# same import takes a tenth of that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
pip() { "$folder/env/bin/pip" install --quiet "$@"; }
pip nbformat==5.10.4 jsonschema==4.26.0
cd "$folder"
cat > timed.py <<'PYTHON'
"""Microseconds of `import nbformat`, and those of them that the grammar takes, in a process of its own."""

import subprocess
import sys

command = [sys.executable, "-X", "importtime", "-c", "import nbformat"]
subprocess.run(command, capture_output=True, check=True)  # compiled once
lines = subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()
took = {line.split("|")[2].strip(): int(line.split("|")[1]) for line in lines[1:] if line.count("|") == 2}
print(took["nbformat"], took.get("rfc3987_syntax", 0))
PYTHON
read -r without nothing < <(env/bin/python timed.py)
pip 'jsonschema[format-nongpl]==4.26.0' rfc3987-syntax==1.1.0 lark==1.3.1
read -r with grammar < <(env/bin/python timed.py)
echo "import nbformat: $without us without the extra, $with us with it, of which the grammar $grammar"
test "$nothing" -lt 1000 # the attempt
test $((3 * without)) -lt "$with"
test $((2 * grammar)) -gt "$with"
