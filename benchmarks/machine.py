"""What a benchmark was measured on."""

import os
import platform
from pathlib import Path


def machine() -> str:
    """Processor, cores and system in one line, such as "AMD EPYC, 2 cores, Linux"."""
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()}"


def processor() -> str:
    """Its name; where the system does not tell, its architecture."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
