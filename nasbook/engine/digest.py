"""Digests: is this evaluator, this strategy, still the one that began the journal?

Two values have the same digest if they hold the same and, where they are functions, do the same: code,
defaults and what they refer to count, the names of files do not. Packages are taken to be what their version
says.
"""

import functools
import hashlib
import inspect
import sys
import sysconfig
import types
import warnings
from collections.abc import Mapping

import numpy as np

INSTALLED = tuple(set(sysconfig.get_paths().values()))


class Unknown(ValueError):  # noqa: N818 - it names what was found
    """A value whose content cannot be told."""


def digest(value) -> str:
    """12 hexadecimal digits, the same in every process. Raises Unknown for what cannot be told apart."""
    return hashlib.sha256(repr(told(value, ())).encode()).hexdigest()[:12]


def digest_or_warn(value, name: str) -> str | None:
    """The digest, or a warning that a journal will not notice a change."""
    try:
        return digest(value)
    except (Unknown, RecursionError) as problem:
        warnings.warn(
            f"A journal or a checkpoint cannot tell whether {name} has changed when a search goes on "
            f"({problem}): give what makes it differ an attribute `fingerprint`, a text.",
            stacklevel=2,
        )
        return None


def told(value, seen: tuple):
    """The content of a value as nested tuples; `seen` are those that it is part of."""
    if above := [depth for depth, one in enumerate(seen) if value is one]:
        return "itself", above[0]
    value, inner = value.item() if isinstance(value, np.generic) else value, (*seen, value)
    if value is None or isinstance(value, bool | int | float | complex | str | bytes | range | type(...)):
        return type(value).__name__, value
    if isinstance(value, np.ndarray):
        return "array", value.dtype.str, value.shape, hashlib.sha256(np.ascontiguousarray(value)).hexdigest()
    if isinstance(value, set | frozenset):
        return "set", *sorted(repr(told(one, inner)) for one in value)
    if isinstance(value, Mapping):
        return "mapping", *((told(key, inner), told(one, inner)) for key, one in value.items())
    if isinstance(value, list | tuple):
        return "sequence", *(told(one, inner) for one in value)
    if isinstance(value, functools.partial):
        return "partial", *(told(part, inner) for part in (value.func, value.args, value.keywords))
    if isinstance(value, types.MethodType):
        return "method", told(value.__func__, inner), told(value.__self__, inner)
    if isinstance(value, types.FunctionType):
        return function(value, inner)
    if isinstance(value, types.ModuleType | types.BuiltinFunctionType):
        return "named", value.__name__
    if isinstance(value, type):
        return "class", name_of(value), *(() if is_installed(value) else body(value, inner))
    return instance(value, inner)


def function(value: types.FunctionType, seen: tuple) -> tuple:
    """Its name, where it comes with a package; otherwise what it does, and with what."""
    if is_installed(value):
        return "function", name_of(value)
    cells = (cell.cell_contents for cell in value.__closure__ or () if cell_is_full(cell))
    names = sorted(names_in(value.__code__) & value.__globals__.keys())
    return (
        "function",
        code(value.__code__),
        *(told(part, seen) for part in (value.__defaults__, value.__kwdefaults__)),
        *(told(cell, seen) for cell in cells),
        *((name, told(value.__globals__[name], seen)) for name in names),
    )


def code(value: types.CodeType) -> tuple:
    constants = (code(one) if isinstance(one, types.CodeType) else repr(one) for one in value.co_consts)
    return value.co_code.hex(), *constants, *value.co_names, *value.co_varnames


def names_in(value: types.CodeType) -> set[str]:
    inner = (names_in(one) for one in value.co_consts if isinstance(one, types.CodeType))
    return set(value.co_names).union(*inner)


def cell_is_full(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def body(value: type, seen: tuple) -> tuple:
    """The functions and the plain values of a class of one's own."""
    members = {name: one for name, one in vars(value).items() if not (name[:2] == name[-2:] == "__")}
    plain = {n: getattr(one, "__func__", one) for n, one in members.items()}
    kinds = bool | int | float | str | tuple | types.FunctionType
    return tuple((name, told(one, seen)) for name, one in sorted(plain.items()) if isinstance(one, kinds))


def instance(value, seen: tuple) -> tuple:
    """Its class and what it says about itself, or else its state, where that can be read."""
    for name in ("fingerprint", "description"):
        if isinstance(known := getattr(value, name, None), str | dict):
            return "known", name_of(type(value)), told(known, seen)
    if hasattr(value, "get_config"):  # Keras's way of telling what a loss, a metric, an optimizer is
        return "config", name_of(type(value)), told(value.get_config(), seen)
    state = getattr(value, "__dict__", None)
    if state is None:
        raise Unknown(f"what a {type(value).__name__} holds cannot be told")
    return "instance", told(type(value), seen), told(state, seen)


def is_installed(value) -> bool:
    """Whether it comes with Python or a package, and not from a notebook or a script of one's own."""
    module = sys.modules.get(getattr(value, "__module__", None) or "builtins")
    file = getattr(module, "__file__", None)
    name = getattr(module, "__name__", "")
    if file is None:
        return name != "__main__" and name in sys.builtin_module_names
    return name != "__main__" and (name.partition(".")[0] == "nasbook" or file.startswith(INSTALLED))


def name_of(value) -> str:
    return f"{value.__module__}.{inspect.unwrap(value).__qualname__ if callable(value) else value}"
