"""The machine under Keras: its device and threads, one training at a time, and nothing left behind."""

import contextlib
import gc
import os
import random
import sys
import threading
from collections.abc import Iterator

import numpy as np

LOCK = threading.RLock()


@contextlib.contextmanager
def one_training(policy: str) -> Iterator[None]:
    """Hold this process for one training, with this dtype policy: much is global in Keras.

    Threads take turns, so that a training gives the same result in any of them. Afterwards what TensorFlow
    registered for it is dropped: Keras 3.12 adds up gradients by an operation whose own gradient TensorFlow
    2.21 keeps by name forever, and with it the graph of the whole training, about 3 MB.
    """
    import keras

    with LOCK:
        before, usual = set(gradient_registry()), keras.config.dtype_policy()
        keras.config.set_dtype_policy(policy)
        try:
            yield
        finally:
            keras.config.set_dtype_policy(usual)
            registry = gradient_registry()
            for name in [name for name in registry if name not in before]:
                if name.startswith("CustomGradient-"):
                    del registry[name]


def start_anew(seed: int) -> None:
    """Let Keras name and draw as in a fresh process with this seed; its policy and its logging stay."""
    import keras
    from keras.src.random import seed_generator

    policy, interactive = keras.config.dtype_policy(), keras.config.is_interactive_logging_enabled()
    keras.utils.clear_session()
    keras.config.set_dtype_policy(policy)
    (keras.config.enable_interactive_logging if interactive else keras.config.disable_interactive_logging)()
    keras.utils.set_random_seed(seed)
    # Keras draws the seeds of initializers from Python's global generator, from which other threads of a
    # process draw as well, such as those of a Dask worker. This one has the same numbers for Keras alone.
    seed_generator.python_random = random.Random(seed)


def built(model, input_shape: tuple):
    """The model with its weights made, also one that would wait for its first batch to do so."""
    if not model.built:
        several = bool(input_shape) and isinstance(input_shape[0], tuple)
        shapes = input_shape if several else (input_shape,)
        zeros = [np.zeros((1, *shape), "float32") for shape in shapes]
        model(zeros if several else zeros[0])
    return model


def reason_of(problem: Exception) -> str:
    """The kind and the first line of an exception; of TensorFlow's, the line that says what went wrong."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    if lines and lines[0].startswith("Graph execution error"):
        lines = [line for line in lines if not line.startswith(("[[", "Original stack", "Detected at"))][-1:]
    return f"{type(problem).__name__}: {lines[0] if lines else ''}"


def gradient_registry() -> dict:
    """TensorFlow's gradients by name; empty where it does not run, or keeps them elsewhere."""
    ops = sys.modules.get("tensorflow.python.framework.ops")
    return getattr(getattr(ops, "gradient_registry", None), "_registry", {})


def dtype_policy() -> str:
    """The name of Keras's dtype policy: its default where Keras was not imported, and nobody set another."""
    keras = sys.modules.get("keras")
    return keras.config.dtype_policy().name if keras else "float32"


def device() -> str:
    """The device that Keras computes on: "GPU" or "CPU"."""
    import keras

    return "GPU" if any("gpu" in name for name in keras.distribution.list_devices()) else "CPU"


def use_threads(threads: int) -> None:
    """Let a fresh process compute with so many threads: said before TensorFlow, PyTorch or BLAS start."""
    for library in ("TF_NUM_INTRAOP", "TF_NUM_INTEROP", "OMP_NUM", "OPENBLAS_NUM", "MKL_NUM"):
        os.environ[f"{library}_THREADS"] = str(threads)


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keep the start-up messages of TensorFlow's C++ code, which no log level reaches, off the page."""
    sys.stderr.flush()
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


@contextlib.contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Hold Python's collector of cyclic garbage: where much is made and all is kept, it looks in vain."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
