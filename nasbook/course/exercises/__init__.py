"""The exercises, a file a chapter: a checker returns nothing when an answer is right, otherwise a hint."""

import importlib
import pkgutil

from nasbook.course.exercises.checking import CHECKERS, NotYet, check

__all__ = ["CHECKERS", "NotYet", "check"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
