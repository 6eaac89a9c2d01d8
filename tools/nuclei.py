"""Write the micrograph of chapter 18 from the package that ships it: `python tools/nuclei.py`.

It makes `data/nuclei.png` and `data/nuclei_mask.png` from the wheel of stardist 0.9.2, which pip downloads.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

DATA = Path(__file__).parent.parent / "data"
PACKAGE = "stardist==0.9.2"
FILES = {"nuclei.png": "img2d.tif", "nuclei_mask.png": "mask2d.tif"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, "--dest", folder, PACKAGE], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name, source in FILES.items():
                image = np.asarray(Image.open(io.BytesIO(archive.read(f"stardist/data/images/{source}"))))
                pixels = image > 0 if "mask" in name else image  # the mask numbers the nuclei
                Image.fromarray(pixels.astype("uint8")).save(DATA / name, optimize=True)
            license_file = next(name for name in archive.namelist() if name.endswith("LICENSE.txt"))
            (DATA / "nuclei.license.txt").write_bytes(archive.read(license_file))


if __name__ == "__main__":
    main()
