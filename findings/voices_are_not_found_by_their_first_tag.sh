#!/usr/bin/env bash
# espeak-ng 1.52.0 as espeakng-loader 0.2.4 ships it, Python 3.11.
#
# Guess: a voice is found by each of the languages that its file names, with a variant of it behind a plus.
# Seen: not by the first one. The file of the British voice begins with en-gb, that of the French one with fr-fr;
# both are answered with "not found" (2), with a variant or without, while en, fr and en-us are found. Speech goes
# on with the voice before: asked for fr-fr after Spanish, it says the French text as Spanish, byte for byte. A
# variant that does not exist is found (0), and is the plain voice. So a corpus of many voices may be one voice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet espeakng-loader==0.2.4
"$folder/env/bin/python" - <<'PYTHON'
import subprocess
import sys

SPEAK = """
import ctypes, hashlib, sys
import espeakng_loader
espeak = ctypes.CDLL(str(espeakng_loader.get_library_path()))
heard = []
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
def listen(samples, number, events):
    if samples and number:
        heard.append(ctypes.string_at(samples, 2 * number))
    return 0
espeak.espeak_Initialize(2, 500, str(espeakng_loader.get_data_path()).encode(), 0)
espeak.espeak_SetSynthCallback(listen)
answers = [espeak.espeak_SetVoiceByName(name.encode()) for name in sys.argv[1:]]
text = b"sept\\0"
espeak.espeak_Synth(text, len(text), 0, 0, 0, 1, None, None)
espeak.espeak_Synchronize()
print(answers[-1], hashlib.sha256(b"".join(heard)).hexdigest()[:12])
"""


def said(*names: str) -> list[str]:
    """What a new process answers to the last of these names, set one after the other, and what it then says."""
    run = subprocess.run([sys.executable, "-c", SPEAK, *names], capture_output=True, text=True, check=True)
    print(f"{' then '.join(names):<16}{run.stdout.strip()}")
    return run.stdout.split()


assert said("fr")[0] == said("fr+f2")[0] == said("en-us+f2")[0] == "0"
assert said("fr-fr")[0] == said("fr-fr+f2")[0] == said("en-gb+f2")[0] == "2"
assert said("es", "fr-fr")[1] == said("es")[1] != said("fr")[1]
assert said("fr+nobody")[0] == "0" and said("fr+nobody")[1] == said("fr")[1] != said("fr+f2")[1]
PYTHON
