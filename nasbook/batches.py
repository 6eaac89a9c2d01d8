"""Batches for TensorFlow, without a wait at the end of an epoch. Importing this module is all it takes.

Keras hands arrays to TensorFlow by a `tf.data` iterator, which has a thread that tunes it, at intervals that
double. When an epoch is over, the iterator tells this thread to end, and waits for it. In TensorFlow 2.21 the
thread can wake too early, see no reason to end yet (`Model::OptimizeLoop` looks at a flag that
`CancellationManager::StartCancel` sets last), and sleep on: for as long as the epoch took, at worst. On two
cores this happens in about every third epoch. Slices of arrays need no tuning, so it is turned off here; the
batches stay the same. Keras on JAX or PyTorch does without `tf.data`.
"""

import functools
from collections.abc import Callable

from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter


def untuned(get_tf_dataset: Callable) -> Callable:
    @functools.wraps(get_tf_dataset)
    def get_untuned(adapter: ArrayDataAdapter):
        import tensorflow as tf

        options = tf.data.Options()
        options.autotune.enabled = False
        return get_tf_dataset(adapter).with_options(options)

    return get_untuned


ArrayDataAdapter.get_tf_dataset = untuned(ArrayDataAdapter.get_tf_dataset)
