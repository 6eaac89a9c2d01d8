"""Digests: equal values have equal ones in every process; a change in what a value does changes its own."""

import functools
import importlib
import os
import subprocess
import sys
import threading
import types
import warnings
from pathlib import Path

import numpy as np
import pytest

import nasbook as nb
from nasbook.engine import digest as digests
from nasbook.engine.digest import Unknown, digest, digest_or_warn


def cell(text: str, name: str = "evaluate", **known):
    """What a cell of a notebook defines under this name; `known` is what cells before it have defined."""
    names = {"__name__": "__main__", "np": np, "functools": functools, **known}
    exec(compile(text, "<cell>", "exec"), names)
    return names[name]


# --- equal values -------------------------------------------------------------------------------------------

PLAIN = [None, True, 1, 1.0, "1", b"1", 1j, (1,), {1}, {1: 1}, range(1), ..., float("inf"), np.arange(1)]
PLAIN += [Path("1"), Path("data"), np, np.linalg, np.mean, int, [1, 1]]
EQUAL = [
    (8, np.int64(8)),
    (0.5, np.float64(0.5)),
    ("max", np.str_("max")),
    ({"units": (8, [16])}, {"units": (np.int8(8), [np.int64(16)])}),
    (np.array([0, 2, 4, 6]), np.arange(8)[::2]),
    ({"b", "a", "c"}, {"c", "a", "b"}),
    (nb.Choice("units", (8, 16)), nb.Choice("units", [np.int64(8), np.int64(16)])),
    (nb.lenet_space(), nb.lenet_space()),
]


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=lambda value: type(value).__name__)
def test_equal_values_have_equal_digests(one, other):
    assert digest(one) == digest(other)
    assert len(digest(one)) == 12
    assert set(digest(one)) <= set("0123456789abcdef")


def test_values_that_differ_have_digests_that_differ():
    assert len({digest(value) for value in PLAIN}) == len(PLAIN)


CODE = """
import numpy as np

def helper(x, k={"a": 1, "b": 2}):
    return x if x in {"conv", "dense", "pool", "max"} else k

class Settings:
    rates = (0.1, 0.2)
    def scaled(self, by=2):
        return [rate * by for rate in self.rates]

def maker(scale):
    def evaluate(architecture, *, seed=0):
        return helper(architecture), scale, Settings().scaled(), WORDS, np.mean(ARRAY)
    return evaluate

WORDS = {"conv", "dense", "pool", "max", "average", "relu"}
ARRAY = np.arange(5)
evaluate = maker(3)
"""
IN_A_PROCESS = f"""
from nasbook.engine.digest import digest
{CODE}
print(digest(evaluate), digest(WORDS), digest(Settings()), digest(np.array(["a", "b"], dtype=object)))
"""


def test_the_same_code_has_the_same_digest_in_every_process_and_in_every_file():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", IN_A_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1, "the order of a set, or an address, is in it"
    told = outputs.pop().split()
    here = [cell(CODE, name) for name in ("evaluate", "WORDS", "Settings")]
    here = [here[0], here[1], here[2](), np.array(["a", "b"], dtype=object)]
    assert [digest(value) for value in here] == told, "the name of a file, or the number of a line, is in it"


def test_what_travels_to_a_worker_has_the_same_digest_there():
    evaluate = cell(CODE)
    with nb.Processes(1) as pool:
        assert pool.submit(digest, evaluate).result() == digest(evaluate)


# --- changes ------------------------------------------------------------------------------------------------

BASE = """
LIMIT = 3
WEIGHTS = np.arange(4)
def inner(x): return x + LIMIT
def outer(x): return inner(x) * WEIGHTS.sum()
class Parent:
    scale = 1
    table = {"a": 1}
    def __init__(self): self.depth = [1]
    def __call__(self, x): return x * 2
    def method(self, x): return x - 1
    @property
    def width(self): return 16
    @functools.cached_property
    def height(self): return 32
    @staticmethod
    def area(a, b): return a * b
    @classmethod
    def named(cls): return "plain"
class Child(Parent): pass
def maker(power): return lambda x: x**power
def guarded(x):
    try:
        first(x)
        second(x)
    except ValueError:
        third(x)
closed = maker(2)
bound = Child().method
looks_up = {"a": 1}.get
@functools.wraps(np.mean)
def wrapped(x): return x
def marked(x): return x * marked.factor
marked.factor = 2
def evaluate(a, seed=0, *, rate=0.1):
    def score(x): return outer(x) + 1
    return score(a)
part = functools.partial(evaluate, rate=0.2)
cached = functools.lru_cache(evaluate)
instance = Child()
several = {"score": [evaluate, (outer, WEIGHTS)]}
"""
OTHER_GUARD = "        first(x)\n    except ValueError:\n        third(x)\n    else:\n        second(x)\n"
CHANGES = [
    ("evaluate", "the code", "score(a)", "-score(a)"),
    ("evaluate", "a default", "seed=0", "seed=1"),
    ("evaluate", "a keyword's default", "rate=0.1", "rate=0.2"),
    ("evaluate", "an inner function", "outer(x) + 1", "outer(x) + 2"),
    ("evaluate", "a helper", "inner(x) * WEIGHTS", "inner(x) - WEIGHTS"),
    ("evaluate", "a helper's helper", "x + LIMIT", "x - LIMIT"),
    ("evaluate", "a global of a helper's helper", "LIMIT = 3", "LIMIT = 4"),
    ("evaluate", "one element of an array", "np.arange(4)", "np.array([0, 1, 2, 4])"),
    ("evaluate", "the type of an array", "np.arange(4)", "np.arange(4.0)"),
    ("evaluate", "the shape of an array", "np.arange(4)", "np.arange(4).reshape(2, 2)"),
    ("closed", "what a closure holds", "maker(2)", "maker(3)"),
    ("closed", "the code of a closure", "x**power", "power**x"),
    ("part", "an argument of a partial", "rate=0.2)", "rate=0.3)"),
    ("part", "the function of a partial", "score(a)", "-score(a)"),
    ("cached", "the function under a cache", "score(a)", "-score(a)"),
    ("several", "a helper in a list in a dictionary", "x + LIMIT", "x - LIMIT"),
    (
        "guarded",
        "what an except guards",
        "        second(x)\n    except ValueError:\n        third(x)\n",
        None,
    ),
    ("wrapped", "a function that takes the name of a package's", "(x): return x\n", "(x): return -x\n"),
    ("marked", "an attribute of a function", "factor = 2", "factor = 3"),
    ("looks_up", "what a method of Python's is bound to", '{"a": 1}.get', '{"a": 2}.get'),
    ("bound", "the code of a bound method", "x - 1", "x - 2"),
    ("bound", "the object of a bound method", "depth = [1]", "depth = [2]"),
    ("instance", "how an object is called", "x * 2", "x * 3"),
    ("instance", "the state of an object", "depth = [1]", "depth = [2]"),
    ("Parent", "how an object begins", "depth = [1]", "depth = [2]"),
    ("Parent", "a number of a class", "scale = 1", "scale = 2"),
    ("Parent", "a dictionary of a class", 'table = {"a": 1}', 'table = {"a": 2}'),
    ("Parent", "a method", "x - 1", "x - 2"),
    ("Parent", "a property", "return 16", "return 8"),
    ("Parent", "a cached property", "return 32", "return 8"),
    ("Parent", "a static method", "a * b", "a + b"),
    ("Parent", "a class method", '"plain"', '"fancy"'),
    ("Child", "a method of a parent class", "x - 1", "x - 2"),
]


@pytest.mark.parametrize(("name", "what", "old", "new"), CHANGES, ids=[what for _, what, _, _ in CHANGES])
def test_a_change_changes_the_digest(name, what, old, new):
    if new is None:
        old, new = f"        first(x)\n{old}", OTHER_GUARD
    assert BASE.count(old) == 1
    before, again, after = (cell(text, name) for text in (BASE, BASE, BASE.replace(old, new)))
    assert digest(before) == digest(again)
    assert digest(after) != digest(before)


def test_what_a_value_does_not_use_and_where_it_stands_do_not_count():
    more = "import os\n\n\nUNUSED = 1\n" + BASE.replace(
        "    return score(a)", "\n    # why\n    return score(a)"
    )
    assert digest(cell(more)) == digest(cell(BASE))


def test_an_attribute_is_no_global_of_the_same_name():
    text = """
def evaluate(x):
    class Inner:
        size = limit
    return x.scores, (lambda: x.limit), used
"""
    known = {"scores": 1, "limit": 2, "used": 3}
    before = digest(cell(text, **known))
    assert digest(cell(text, **known | {"scores": 9})) == before
    assert digest(cell(text, **known | {"used": 9})) != before
    assert digest(cell(text, **known | {"limit": 9})) != before, "the body of a class looks it up"


def test_a_helper_in_a_file_of_ones_own_counts_also_where_it_is_reached_through_its_module(
    tmp_path, monkeypatch
):
    file = tmp_path / "my_networks.py"
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file.write_text("def build(): return 1\n")
    module = importlib.import_module("my_networks")
    monkeypatch.setitem(sys.modules, "my_networks", module)
    direct, through = module.build, cell("def evaluate(a): return module.build()", module=module)
    before = digest(direct), digest(through)
    file.write_text("def build(): return 1 + 1\n")
    importlib.reload(module)
    after = digest(module.build), digest(through)
    assert after[0] != before[0]
    assert after[1] != before[1]


def test_using_a_value_does_not_change_its_digest():
    """What is cached on the way (`functools.cached_property`) is not what makes the value."""
    table = nb.Table.load()
    evaluate = cell("def evaluate(a, **settings): return table(a, **settings)", table=table)
    before = digest(evaluate)
    nb.search(nb.Genetic(table.space, population=4), evaluate, 8, progress=False)
    assert digest(evaluate) == before


# --- packages -----------------------------------------------------------------------------------------------


def test_what_comes_with_a_package_is_told_by_its_name(monkeypatch):
    function = types.FunctionType((lambda x: 1).__code__, {"__name__": "numpy"}, "mean")
    function.__module__, function.__qualname__ = "numpy", "mean"
    other = types.FunctionType((lambda x: 2).__code__, {"__name__": "numpy"}, "mean")
    other.__module__, other.__qualname__ = "numpy", "mean"
    assert digest(function) == digest(other), "another version of the package, which the journal says itself"
    assert digest(np.mean) != digest(np.median)
    assert digest(nb.lenet_space) != digest(nb.article_space)
    assert digest(np.linalg) != digest(np.fft)


def test_an_object_of_keras_is_what_its_configuration_says():
    import keras

    crossentropy = keras.losses.SparseCategoricalCrossentropy
    assert digest(crossentropy()) == digest(crossentropy())
    assert digest(crossentropy()) != digest(crossentropy(from_logits=True))


OWN_LOSS = """
import keras
class Weighted(keras.losses.Loss):
    def __init__(self, weight):
        super().__init__()
        self.weight = weight
    def call(self, true, predicted):
        return self.weight * keras.ops.square(true - predicted)
loss = Weighted(2)
"""


@pytest.mark.parametrize(("old", "new"), [("Weighted(2)", "Weighted(3)"), ("square", "abs")])
def test_a_loss_of_ones_own_is_told_by_its_code_and_what_it_holds(old, new):
    assert OWN_LOSS.count(old) == 1
    before, again, after = (cell(text, "loss") for text in (OWN_LOSS, OWN_LOSS, OWN_LOSS.replace(old, new)))
    assert digest(before) == digest(again), "Keras counts its names: weighted, weighted_1"
    assert digest(after) != digest(before)


def test_a_network_that_an_evaluator_uses_is_told_by_its_weights_too():
    import keras

    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    before = digest(network)
    assert digest(network) == before
    network.set_weights([weight + 1 for weight in network.get_weights()])
    assert digest(network) != before


# --- without an end, and without an answer ------------------------------------------------------------------


def test_recursion_ends():
    text = "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)\n"
    even = cell(text, "even")
    assert digest(even) == digest(cell(text, "even"))
    assert digest(even) != digest(cell(text.replace("n == 0", "n <= 0"), "even"))
    assert digest(even) != digest(cell(text.replace("n != 0", "n > 0"), "even"))
    loop: list = [1]
    loop.append(loop)
    assert digest(loop) == digest(loop)
    assert digest(loop) != digest([1, [1]])


def test_functions_that_share_their_helpers_are_told_once_each(monkeypatch):
    """Forty layers of two functions that both call the two below: 2**40 ways lead to the bottom."""
    calls = [0]

    def counted(teller, value: types.CodeType, inner=digests.Teller.code):
        calls[0] += 1
        if calls[0] > 2_000:
            raise AssertionError("the same functions are told again and again")
        return inner(teller, value)

    monkeypatch.setattr(digests.Teller, "code", counted)
    layers = "".join(
        f"def f{i}(): return f{i - 1}() + g{i - 1}()\ndef g{i}(): return f{i - 1}() * g{i - 1}()\n"
        for i in range(1, 40)
    )
    text = f"def f0(): return 1\ndef g0(): return 2\n{layers}"
    before = digest(cell(text, "f39"))
    assert digest(cell(text, "f39")) == before
    assert digest(cell(text.replace("return 2", "return 3"), "f39")) != before


UNTELLABLE = [
    threading.Lock(),
    iter([1]),
    np.random.default_rng(0),
    {"deep": [object()]},
    functools.reduce(lambda inner, _: [inner], range(5_000), []),
]


@pytest.mark.parametrize("value", UNTELLABLE, ids=lambda value: type(value).__name__)
def test_what_cannot_be_told_raises_or_warns_and_says_what_to_give(value):
    with pytest.raises((Unknown, RecursionError)):
        digest(value)
    with pytest.warns(UserWarning, match=r"cannot tell whether metric has changed.*attribute `fingerprint`"):
        assert digest_or_warn(value, "metric") is None


def test_a_fingerprint_tells_what_could_not_be_told():
    class Held:
        def __init__(self, fingerprint):
            self.lock, self.fingerprint = threading.Lock(), fingerprint

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert digest_or_warn(Held("a"), "metric") == digest(Held("a")) != digest(Held("b"))


def test_an_object_of_keras_that_cannot_tell_its_configuration_is_unknown():
    import keras

    class Network(keras.Model):
        def __init__(self, widths):
            super().__init__()
            self.widths = widths

    network = Network(np.arange(3))
    with pytest.raises(NotImplementedError):
        network.get_config()
    with pytest.warns(UserWarning, match="cannot tell whether the Trainer has changed"):
        assert digest_or_warn(network, "the Trainer") is None


def test_a_tensor_is_told_by_its_numbers_or_not_at_all():
    import keras

    def told(number):
        try:
            return digest(keras.ops.convert_to_tensor([1.0, number]))
        except Unknown:
            return number

    assert told(2.0) != told(3.0)
