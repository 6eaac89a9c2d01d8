"""Digests: is this evaluator, this strategy, still the one that began the journal?

Two values have the same digest if they hold the same and, where they are functions, do the same: code,
defaults and what they refer to count, the names of files do not. Packages are taken to be what their version
says.
"""

import dis
import functools
import hashlib
import inspect
import os
import sys
import sysconfig
import types
import warnings
from collections.abc import Mapping

import numpy as np

INSTALLED = tuple(set(sysconfig.get_paths().values()))
LOOK_UP = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")  # the last since Python 3.12

PLAIN = bool | int | float | complex | str | bytes | tuple | list | dict | set | frozenset | np.ndarray


class Unknown(ValueError):  # noqa: N818 - it names what was found
    """A value whose content cannot be told."""


def digest(value) -> str:
    """12 hexadecimal digits, the same in every process. Raises Unknown for what cannot be told apart."""
    return hashlib.sha256(repr(Teller().told(value, ())).encode()).hexdigest()[:12]


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


class Teller:
    """Tells the content of values as nested tuples; of a function that it has told before, only that."""

    def __init__(self):
        self.known: dict[int, int] = {}

    def told(self, value, seen: tuple):
        """The content of a value as nested tuples; `seen` are those that it is part of."""
        if above := [depth for depth, one in enumerate(seen) if value is one]:
            return "itself", above[0]
        value, inner = value.item() if isinstance(value, np.generic) else value, (*seen, value)
        if value is None or isinstance(value, bool | int | float | complex | str | bytes | range | type(...)):
            return type(value).__name__, value
        if isinstance(value, os.PathLike):
            return "path", os.fspath(value)
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            return (
                "array",
                value.dtype.str,
                value.shape,
                hashlib.sha256(np.ascontiguousarray(value)).hexdigest(),
            )
        if isinstance(value, set | frozenset):
            return "set", *sorted(repr(self.told(one, inner)) for one in value)
        if isinstance(value, Mapping):
            return "mapping", *((self.told(key, inner), self.told(one, inner)) for key, one in value.items())
        if isinstance(value, list | tuple):
            return "sequence", *(self.told(one, inner) for one in value)
        if isinstance(value, types.CodeType):
            return self.code(value)
        if isinstance(value, functools.partial):
            return "partial", *(self.told(part, inner) for part in (value.func, value.args, value.keywords))
        if isinstance(value, types.MethodType):
            return "method", self.told(value.__func__, inner), self.told(value.__self__, inner)
        if isinstance(value, types.FunctionType):
            return self.function(value, inner)
        if isinstance(value, types.BuiltinFunctionType):
            bound = (
                ()
                if isinstance(value.__self__, types.ModuleType | None)
                else self.told(value.__self__, inner)
            )
            return "named", value.__qualname__, bound
        if isinstance(value, types.ModuleType):
            return "module", value.__name__, *(() if is_installed(value) else text_of(value))
        if isinstance(value, type):
            return "class", name_of(value), *(() if is_installed(value) else self.body(value, inner))
        return self.instance(value, inner)

    def function(self, value: types.FunctionType, seen: tuple) -> tuple:
        """Its name, where it comes with a package; otherwise what it does, and with what."""
        if is_installed(value):
            return "function", name_of(value)
        if id(value) in self.known:
            return "function", self.known[id(value)]
        self.known[id(value)] = len(self.known)
        cells = (cell.cell_contents for cell in value.__closure__ or () if is_full(cell))
        names = sorted(globals_in(value.__code__) & value.__globals__.keys())
        parts = (value.__defaults__, value.__kwdefaults__, vars(value), *cells)
        used = ((name, self.told(value.__globals__[name], seen)) for name in names)
        return "function", self.code(value.__code__), *(self.told(part, seen) for part in parts), *used

    def code(self, value: types.CodeType) -> tuple:
        """What is run, and which names and constants it uses; not where it stands."""
        constants = (self.told(one, ()) for one in value.co_consts)
        names = (*value.co_names, *value.co_varnames, *value.co_freevars)
        return value.co_code.hex(), value.co_exceptiontable.hex(), *constants, *names

    def body(self, value: type, seen: tuple) -> tuple:
        """What a class of one's own and its parents define: functions, properties and plain values."""
        found = []
        for name, member in sorted(vars(value).items()):
            inside = getattr(member, "__func__", None) or getattr(member, "func", None)
            inside = inside or getattr(member, "fget", None) or member
            hidden = name[:2] == name[-2:] == "__" and not isinstance(inside, types.FunctionType)
            if not hidden and isinstance(inside, PLAIN | types.FunctionType):
                found.append((name, self.told(inside, seen)))
        return *found, *(self.told(parent, seen) for parent in value.__bases__ if parent is not object)

    def instance(self, value, seen: tuple) -> tuple:
        """Its class and what it says about itself, or else its state, where that can be read."""
        for name in ("fingerprint", "description"):
            if isinstance(known := getattr(value, name, None), str | dict):
                return "known", self.told(type(value), seen), self.told(known, seen)
        if hasattr(value, "get_config"):  # Keras's way of telling what a loss, a metric, a network is
            return "config", self.told(type(value), seen), self.told(configuration(value), seen)
        if hasattr(value, "__array__"):
            return "array like", name_of(type(value)), self.told(np.asarray(value), seen)
        state = getattr(value, "__dict__", None)
        if state is None:
            raise Unknown(f"what a {type(value).__name__} holds cannot be told")
        kept = {name: one for name, one in state.items() if not is_cached(type(value), name)}
        return "instance", self.told(type(value), seen), self.told(kept, seen)


def globals_in(value: types.CodeType) -> set[str]:
    """The names that a function, or one inside of it, looks up around it; attributes are none."""
    inner = (globals_in(one) for one in value.co_consts if isinstance(one, types.CodeType))
    return {step.argval for step in dis.get_instructions(value) if step.opname in LOOK_UP}.union(*inner)


def is_full(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def configuration(value) -> dict:
    """What an object of Keras says of itself, its weights, and what else an own one holds."""
    try:
        config = value.get_config()
    except NotImplementedError as problem:
        raise Unknown(f"a {type(value).__name__} has no get_config") from problem
    own = {} if is_installed(type(value)) else {n: v for n, v in vars(value).items() if isinstance(v, PLAIN)}
    weights = value.get_weights() if hasattr(value, "get_weights") else []
    return {name: one for name, one in {**own, **config}.items() if "name" not in name} | {"weights": weights}


def is_cached(kind: type, name: str) -> bool:
    return isinstance(getattr(kind, name, None), functools.cached_property)


def is_installed(value) -> bool:
    """Whether it comes with Python or a package, and not from a notebook or a script of one's own."""
    name = value.__globals__.get("__name__") if hasattr(value, "__globals__") else None
    name = name or (value.__name__ if isinstance(value, types.ModuleType) else value.__module__)
    file = getattr(sys.modules.get(name), "__file__", None)
    if name == "__main__":
        return False
    return name.partition(".")[0] == "nasbook" or (file or "").startswith(INSTALLED) or is_builtin(name)


def is_builtin(name: str) -> bool:
    return name in sys.builtin_module_names or name.partition(".")[0] in sys.stdlib_module_names


def text_of(module: types.ModuleType) -> tuple:
    """A module of one's own is known by its text."""
    try:
        return (inspect.getsource(module),)
    except (OSError, TypeError):
        return ()


def name_of(value) -> str:
    return f"{value.__module__}.{value.__qualname__}"
