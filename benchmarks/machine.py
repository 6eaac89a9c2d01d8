"""What a benchmark was measured on, and beside which earlier build."""

import contextlib
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent


def machine() -> str:
    """Processor, cores and system in one line, such as "AMD EPYC with AVX2, 2 cores, Linux"."""
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()}"


def processor() -> str:
    """Its name, and how wide it computes; where the system does not tell, its architecture."""
    file = Path("/proc/cpuinfo")
    pairs = (line.partition(":")[::2] for line in (file.read_text() if file.exists() else "").splitlines())
    known = {name.strip(): value.strip() for name, value in pairs}
    wide = [name for name in ("avx512f", "avx2") if name in known.get("flags", "").split()]
    name = known.get("model name", platform.processor() or platform.machine())
    return f"{name} with {wide[0].removesuffix('f').upper()}" if wide else name


def runs(build: Path) -> dict[str, str]:
    """The environment in which a fresh Python runs this build of nasbook, on the data of this one."""
    return {"PYTHONPATH": str(build), "NASBOOK_DATA": str(ROOT / "data")}


@contextlib.contextmanager
def earlier_build(commit: str) -> Iterator[Path]:
    """nasbook as a commit of this repository has it, in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "-C", str(ROOT), "archive", commit, "nasbook"], check=True, stdout=subprocess.PIPE
        )
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        yield Path(folder)
