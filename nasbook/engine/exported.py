"""Exported networks: files that phones and servers run without Keras, and what runs them here, on one core.

`lite` writes LiteRT's format (TensorFlow Lite's), `onnx` that of ONNX; `Lite` and `Onnx` run them.
"""

import contextlib
import io
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nasbook.engine.device import quiet_stderr


def lite(model, examples: np.ndarray | None = None) -> bytes:
    """A Keras network as a LiteRT file; in int8 where examples are given, whose activations set the scales.

    Inputs and outputs stay floats. Raises ValueError where Keras does not run on TensorFlow.
    """
    import keras
    import tensorflow as tf

    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            f"LiteRT files are written by TensorFlow, and Keras runs on {keras.backend.backend()}: set "
            "KERAS_BACKEND=tensorflow before Python starts."
        )
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if examples is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([one[np.newaxis].astype("float32")] for one in examples)
    with quiet():
        return converter.convert()


def onnx(model) -> bytes:
    """A Keras network as an ONNX file."""
    model(np.zeros((1, *model.input_shape[1:]), "float32"))  # Keras 3.12 exports none that was never called
    with tempfile.TemporaryDirectory() as folder, quiet():
        model.export(file := Path(folder) / "network.onnx", format="onnx", verbose=False)
        return file.read_bytes()


class Lite:
    """A LiteRT file that runs: `Lite(content)(images)` are class probabilities, shape (images, classes)."""

    def __init__(self, content: bytes):
        from tensorflow import lite as litert

        with quiet():  # it warns that it moves to a package of its own, and tells how it computes
            self.runtime = litert.Interpreter(model_content=content, num_threads=1)
        self.entry, self.exit = (
            part()[0]["index"] for part in (self.runtime.get_input_details, self.runtime.get_output_details)
        )

    def once(self, images: np.ndarray) -> Callable[[], None]:
        """What runs the network on these images, all at once; only this is worth timing."""
        with quiet():
            self.runtime.resize_tensor_input(self.entry, images.shape)
            self.runtime.allocate_tensors()
        self.runtime.set_tensor(self.entry, images.astype("float32"))
        return self.runtime.invoke

    def __call__(self, images: np.ndarray) -> np.ndarray:
        self.once(images)()
        return self.runtime.get_tensor(self.exit)


class Onnx:
    """An ONNX file that runs, in the same way."""

    def __init__(self, content: bytes):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.runtime = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self.entry = self.runtime.get_inputs()[0].name

    def once(self, images: np.ndarray) -> Callable[[], list]:
        """What runs the network on these images, all at once."""
        given = {self.entry: images.astype("float32")}
        return lambda: self.runtime.run(None, given)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        return self.once(images)()[0]


@contextlib.contextmanager
def quiet():
    """Nothing printed, by Python or by C++: converters tell much that is of no use to a reader."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(quiet_stderr())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield
