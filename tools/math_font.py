"""Make the font of the HTML book's formulas: `python tools/math_font.py`. Run once; the result is committed.

A browser draws MathML well only with a font that knows how, and not every machine has one. STIX Two Math (SIL
Open Font License) comes from a pinned npm package; what formulas need of it is kept, about a tenth.
"""

import hashlib
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

STATIC = Path(__file__).parent.parent / "book/static"
PACKAGE = "@fontsource/stix-two-math@5.3.0"
SHA256 = "948de1b5470fbbd745fedbe6135797454fe833d94feecc6f2073cd771fe2f5fd"
FONT, LICENSE = "package/files/stix-two-math-latin-400-normal.woff", "package/LICENSE"
CHARACTERS = [
    *range(0x20, 0x7F),  # ASCII
    *(0xB1, 0xB7, 0xD7, 0x210E, 0x2113, 0x2190, 0x2192, 0x22A4, 0x22C5, 0x23DE, 0x23DF),
    *range(0x391, 0x3F6),  # Greek
    *range(0x2010, 0x2040),  # punctuation, primes
    *range(0x2200, 0x2270),  # operators
    *range(0x1D434, 0x1D468),  # italic
    *range(0x1D538, 0x1D552),  # double-struck, for expectations
    *range(0x1D6E2, 0x1D71C),  # italic Greek
]


def package() -> bytes:
    """The npm package, checked. Raises SystemExit where it is another one."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", PACKAGE]
        name = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
        content = (Path(folder) / name).read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != SHA256:
        raise SystemExit(f"{PACKAGE} has the sha256 {found}, and not {SHA256}: look at what has changed.")
    return content


def reduced(font: bytes) -> bytes:
    """The font with what formulas need; the same bytes every time."""
    options = subset.Options(flavor="woff", layout_features=["ssty"], hinting=False, notdef_outline=True)
    loaded = TTFont(io.BytesIO(font), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(loaded)
    loaded.flavor = "woff"
    file = io.BytesIO()
    loaded.save(file)
    return file.getvalue()


def main() -> None:
    with tarfile.open(fileobj=io.BytesIO(package())) as archive:
        (STATIC / "stix-two-math.woff").write_bytes(reduced(archive.extractfile(FONT).read()))
        (STATIC / "stix-two-math.txt").write_bytes(archive.extractfile(LICENSE).read())


if __name__ == "__main__":
    main()
