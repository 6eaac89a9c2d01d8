"""Write the spoken digits of the speech chapter: `python tools/digits.py`, on Debian or Ubuntu.

It makes `data/digits.npz`. Synthetic voices are those of espeak-ng 1.51, which has to be installed: 50 of its
variants say ten digits in five languages, each clip at a speed and a pitch of its own. Real voices are those
of eight of Debian's packages of prompts for telephones, which apt downloads. All is brought to 8,000 samples
a second, cut where the sound begins and ends, and kept in 8 bits by the mu-law, as telephones do.
"""

import io
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from scipy.io import wavfile

from nasbook.tasks.sounds import RATE, at_rate, trimmed

FILE = Path(__file__).parent.parent / "data/digits.npz"
ACCENTS = {  # of espeak-ng, by language ("en-gb" and "fr-fr" would forget the variant, without a word)
    "en": ("en", "en-us", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbcwmd", "en-029"),
    "es": ("es", "es-419"),
    "fr": ("fr",),
    "it": ("it",),
    "ru": ("ru",),
}
VOICES = 50
ODD = {
    "fast",
    "whisper",
    "whisperf",
    "announcer",
    "demonic",
    "unirobot",
    "anikarobot",
    "robosoft",
}  # no people
PACKAGES = {  # the voice, its language, and where its digits are
    "asterisk-core-sounds-en-wav": ("Allison", "en", "en_US_f_Allison"),
    "asterisk-core-sounds-es-wav": ("Allison", "es", "es_MX_f_Allison"),
    "asterisk-core-sounds-fr-wav": ("June", "fr", "fr_CA_f_June"),
    "asterisk-core-sounds-it-wav": ("Carlo", "it", "it_IT_m_Carlo"),
    "asterisk-core-sounds-ru-wav": ("Maxim", "ru", "ru_RU_f_IvrvoiceRU"),
    "asterisk-prompt-es-co": ("Colombian", "es", "es"),
    "asterisk-prompt-fr-armelle": ("Armelle", "fr", "fr"),
    "asterisk-prompt-it-menardi-wav": ("Menardi", "it", "it_IT_f_Menardi"),
}


def spoken(text: str, voice: str, speed: int, pitch: int) -> tuple[int, np.ndarray]:
    """Rate and samples of what espeak-ng says."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:  # what it writes to stdout claims 13 hours
        settings = ["-v", voice, "-s", str(speed), "-p", str(pitch), "-w", file.name]
        subprocess.run(["espeak-ng", *settings, text], check=True)
        return wavfile.read(file.name)


def variants() -> list[str]:
    """Those of espeak-ng that sound like nobody else: some are one voice by several names, or relatives."""
    told = ["espeak-ng", "--voices=variant"]
    listed = subprocess.run(told, capture_output=True, text=True, check=True).stdout
    names = sorted(re.findall(r"!v/(\w+)(?= *(?:\(|$))", listed, re.MULTILINE))
    heard: dict[bytes, str] = {}
    families = set()
    for name in names:
        family = name if name[0] in "mf" and name[1:].isdigit() else name.rstrip("0123456789").lower()
        if family not in families | ODD:
            families.add(family)
            heard.setdefault(spoken("7", f"en+{name}", 160, 50)[1].tobytes(), name)
    return list(heard.values())


def synthetic():
    """Voice, language, digit, rate and samples of each synthetic clip."""
    rng, every = np.random.default_rng(0), variants()
    for name in sorted(rng.permutation(every)[:VOICES]):
        for language, accents in ACCENTS.items():
            for digit in range(10):
                accent, speed, pitch = rng.choice(accents), rng.integers(80, 181), rng.integers(25, 76)
                yield name, language, digit, *spoken(str(digit), f"{accent}+{name}", speed, pitch)


def real():
    """The same of each real clip."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=folder, check=True)
        for package, (name, language, place) in PACKAGES.items():
            (file,) = Path(folder).glob(f"{package}_*.deb")
            subprocess.run(["dpkg-deb", "-x", file, f"{folder}/{package}"], check=True)
            for digit in range(10):
                sounds = Path(folder, package, "usr/share/asterisk/sounds", place, "digits")
                (sound,) = sounds.glob(f"{digit}.*")
                yield name, language, digit, *read(sound)


def read(file: Path) -> tuple[int, np.ndarray]:
    if file.suffix == ".wav":
        return wavfile.read(file)
    raw = {"samplerate": RATE, "channels": 1, "format": "RAW", "subtype": "GSM610"}
    return RATE, soundfile.read(io.BytesIO(file.read_bytes()), dtype="int16", **raw)[0]


def squeezed(samples: np.ndarray) -> np.ndarray:
    """In the 8 bits of the mu-law."""
    small = np.sign(samples) * np.log1p(255 * np.abs(samples)) / np.log(256)
    return np.round((small + 1) * 127.5).astype("uint8")


def main() -> None:
    rows, clips = [], []
    for name, language, digit, rate, samples in [*synthetic(), *real()]:
        rows.append((name, language, digit))
        clips.append(squeezed(trimmed(at_rate(rate, samples.astype(float)))))
    names, languages, digits = zip(*rows, strict=True)
    ends = np.cumsum([len(clip) for clip in clips])
    columns = {"voice": names, "language": languages, "digit": np.array(digits, "uint8"), "end": ends}
    np.savez_compressed(FILE, samples=np.concatenate(clips), **columns)
    print(f"{len(clips):,} clips, {ends[-1] / RATE:,.0f} seconds, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
