#!/usr/bin/env bash
# sacreBLEU 2.6.0 and NLTK 3.9.2, Python 3.11.
#
# Guess: two libraries that implement chrF (n-grams of 1 to 6 characters, beta 2) agree on any text, up to the
# last digits.
# Seen: they agree to a tenth once the right text has 13 characters, and not on short ones. "sí" for "sí" has 100
# in sacreBLEU and 33.3 in NLTK, which counts the lengths that no text has as misses. The other way round,
# sacreBLEU counts nothing that was said of a length that the right text is too short for: of two sentences, of
# which the short one was translated seven times too long, it says 96.1, and NLTK says 56.2. With eps_smoothing,
# sacreBLEU says of single sentences what NLTK says.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet sacrebleu==2.6.0 nltk==3.9.2
"$folder/env/bin/python" - <<'PYTHON'
import sacrebleu
from nltk.translate.chrf_score import corpus_chrf


def both(true, said, **settings):
    ours = sacrebleu.corpus_chrf(said, [true], **settings).score
    return round(ours, 1), round(100 * corpus_chrf(true, said, max_len=6, beta=2.0), 1)


long = "hijos de dios"
cases = {
    "right, long": ([long], [long], (100.0, 100.0)),
    "too long for a long one": ([long], [f"{long} dijo el"], (87.4, 87.2)),
    "right, short": (["sí"], ["sí"], (100.0, 33.3)),
    "too long for a short one": (["sí"], ["sí sí sí"], (64.5, 21.2)),
    "two, the short one too long": (["sí", long], ["sí sí sí sí sí sí sí", long], (96.1, 56.2)),
}
for name, (true, said, expected) in cases.items():
    print(f"{name:<29}sacreBLEU {both(true, said)[0]:5}  NLTK {both(true, said)[1]:5}")
    assert both(true, said) == expected, both(true, said)
assert both(["sí"], ["sí sí sí"], eps_smoothing=True) == (21.2, 21.2)
PYTHON
