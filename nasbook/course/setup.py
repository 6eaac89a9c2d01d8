"""The first cell of every chapter: `nb.setup()`."""

import contextlib
import gc
import os
from importlib import metadata
from importlib.util import find_spec

from nasbook.course.modes import mode
from nasbook.engine.device import device, no_garbage_collection, quiet_stderr


def setup(*, seed: int = 0, threads: int = 1) -> None:
    """Prepare a notebook: quiet logs, seeds, the number of CPU threads, the plot style; say what runs.

    One thread is the default because networks as small as ours gain little from a second one, and because
    their results then do not depend on how many cores a machine has. It holds for NumPy and SciPy, too.
    """
    import matplotlib.pyplot as plt

    from nasbook.figures.style import STYLE

    with_keras = find_spec("keras") is not None  # in a browser there is none
    on = started(seed, threads) if with_keras else "no Keras here, so that nothing can be trained"
    gc.freeze()  # Keras collects garbage before each network: not among all that was imported
    plt.switch_backend(plt.get_backend())  # from now on Jupyter shows every Figure, not only pyplot's
    plt.rcParams.update(STYLE)
    print(f"nasbook {metadata.version('nasbook')} in {mode()} mode; {on}")


def started(seed: int, threads: int) -> str:
    """Start Keras with this seed; say what it runs on."""
    from threadpoolctl import threadpool_limits

    with quiet_stderr(), no_garbage_collection():
        import keras

        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            tf.get_logger().setLevel("ERROR")  # a search builds many models: no warning at each retracing
            with contextlib.suppress(RuntimeError):  # too late to change: TensorFlow is already running
                tf.config.threading.set_intra_op_parallelism_threads(threads)
                tf.config.threading.set_inter_op_parallelism_threads(threads)
            threads = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()
        where = device()
    threadpool_limits(threads)
    keras.utils.set_random_seed(seed)
    on = f"Keras {keras.__version__} on {keras.backend.backend()}"
    return f"{on}, {where}, {threads} thread{'s' * (threads > 1)}; seed {seed}"
