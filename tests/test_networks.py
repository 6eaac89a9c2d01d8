"""Networks: what they cost, counted three ways, and LeNet-5 as it was in 1998."""

import keras
import numpy as np
import pytest

import nasbook as nb
from nasbook.engine.costs import measured_cost
from nasbook.tasks.lenet5 import C3_INPUTS, RBFOutput, Subsampling, segment_codes

LENET, ARTICLE = nb.lenet_space(), nb.article_space()
RNGS = [np.random.default_rng(seed) for seed in range(8)]
SAMPLE = [
    *(LENET.nth(i) for i in (0, 250, 500, 935)),
    *(ARTICLE.complete({"connection": "convolutional"}, rng) for rng in RNGS[:4]),
    *(ARTICLE.complete({"connection": "dense"}, rng) for rng in RNGS[4:]),
]


def by_hand(genes) -> tuple[int, int]:
    """The oracle for the LeNet space: parameters and multiply-adds as one would add them up on paper."""
    side, maps, parameters, multiply_adds = 28, 1, 0, 0
    for block in range(1, genes["blocks"] + 1):
        filters = genes[f"filters{block}"]
        parameters += filters * (maps * genes["kernel"] ** 2 + 1)
        multiply_adds += side * side * filters * maps * genes["kernel"] ** 2
        side, maps = side // 2, filters
    units = side * side * maps
    for layer in [genes["dense"], 10] if genes["dense"] else [10]:
        parameters += units * layer + layer
        multiply_adds += units * layer
        units = layer
    return parameters, multiply_adds


def counted(model) -> tuple[int, int]:
    """A second oracle, on the Keras model: the layers' own formulas from their configuration."""
    multiply_adds = 0
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            per_position = layer.input.shape[-1] * np.prod(layer.kernel_size) * layer.filters
            multiply_adds += int(per_position * np.prod(layer.output.shape[1:3]))
        elif isinstance(layer, keras.layers.Dense):
            multiply_adds += layer.input.shape[-1] * layer.units
    return model.count_params(), multiply_adds


def test_the_cost_of_all_936_architectures_is_what_one_adds_up_by_hand():
    for architecture in LENET.enumerate():
        assert nb.cost(architecture) == by_hand(architecture), architecture


@pytest.mark.parametrize("architecture", SAMPLE, ids=str)
def test_the_cost_of_an_architecture_is_that_of_its_keras_model(architecture):
    model = nb.build(architecture)
    assert nb.cost(architecture) == measured_cost(model) == counted(model)
    assert model.output_shape == (None, 10)


def test_cost_follows_the_input_shape_and_the_classes():
    architecture = LENET.nth(700)
    model = nb.build(architecture, (32, 20, 3), 7)
    assert nb.cost(architecture, (32, 20, 3), 7) == counted(model)
    assert model.output_shape == (None, 7)


@pytest.mark.parametrize("side", [4, 8, 11, 12, 40])
def test_lenet5_takes_images_of_any_size_from_4x4(side):
    model = nb.lenet5((side, side + 3, 3), 4)
    assert model.output_shape == (None, 4)
    assert all(size > 0 for layer in model.layers for size in layer.output.shape[1:])


def test_an_image_too_small_for_a_network_is_refused_before_anything_is_built():
    deep = next(a for a in LENET.enumerate() if a["blocks"] == 3)
    assert nb.build(deep, (8, 9, 1)).output_shape == (None, 10)
    for function in (nb.build, nb.cost):
        with pytest.raises(ValueError, match="Images of 9x7 are too small to be halved by every pooling"):
            function(deep, (9, 7, 1))


def test_a_built_network_does_what_its_genes_say():
    genes = {"blocks": 2, "filters1": 16, "filters2": 8, "kernel": 5, "pool": "average", "activation": "tanh"}
    model = nb.build(LENET.architecture({**genes, "dense": 64}))
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == [*["Conv2D", "AveragePooling2D"] * 2, "Flatten", "Dense", "Dense"]
    first, second, hidden, output = (layer for layer in model.layers if hasattr(layer, "activation"))
    assert [first.filters, second.filters, hidden.units, output.units] == [16, 8, 64, 10]
    assert first.kernel_size == second.kernel_size == (5, 5)
    assert [layer.activation.__name__ for layer in (first, second, hidden, output)] == ["tanh"] * 3 + [
        "softmax"
    ]


def test_the_initialization_gene_sets_the_spread_of_the_weights():
    """A dense layer of 784 to 256: 0.05; Glorot 2/(784+256); He 2/784 (variances)."""
    keras.utils.set_random_seed(0)
    genes = {"connection": "dense", "blocks": 1, "units1": 256, "dense": 0, "activation": "relu"}
    spread = {"random": 0.05, "xavier": np.sqrt(2 / (784 + 256)), "he": np.sqrt(2 / 784)}
    for name, expected in spread.items():
        model = nb.build(ARTICLE.architecture({**genes, "initialization": name}))
        assert model.layers[1].kernel.numpy().std() == pytest.approx(expected, rel=0.02)


def test_the_three_lenets_have_the_parameters_that_their_descriptions_imply():
    assert nb.lenet5().count_params() == 156 + 2416 + 48_120 + 10_164 + 850 == 61_706
    assert nb.lenet5_article().count_params() == 156 + 2416 + (256 + 1) * 120 + (120 + 1) * 10 == 34_622
    assert sum(int(np.prod(w.shape)) for w in nb.lenet5_1998().trainable_weights) == 60_000


def test_the_article_optimum_is_in_the_article_space_and_has_1_284_106_parameters():
    blocks = {"filters1": 32, "kernel1": 5, "filters2": 64, "kernel2": 3, "filters3": 128, "kernel3": 3}
    traits = {"pool": "max", "dense": 1024, "activation": "relu", "initialization": "xavier"}
    optimum = ARTICLE.architecture({"connection": "convolutional", "blocks": 3, **blocks, **traits})
    assert optimum in ARTICLE
    assert nb.cost(optimum).parameters == nb.build(optimum).count_params() == 1_284_106


# --- 1998 -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model_1998():
    keras.utils.set_random_seed(0)
    return nb.lenet5_1998()


def test_the_layers_of_1998_have_the_parameters_printed_in_the_paper(model_1998):
    found = {layer.name: layer.count_params() for layer in model_1998.layers if layer.count_params()}
    assert found == {"C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48_120, "F6": 10_164}


def test_the_connection_table_of_c3_is_that_of_the_paper(model_1998):
    assert sum(map(len, C3_INPUTS)) == 60
    assert [len(sources) for sources in C3_INPUTS] == [3] * 6 + [4] * 9 + [6]
    assert len(set(C3_INPUTS)) == 16
    assert [sum(s in sources for sources in C3_INPUTS) for s in range(6)] == [10] * 6


def test_a_map_of_c3_sees_only_the_maps_of_s2_in_its_row(model_1998):
    c3 = model_1998.get_layer("C3")
    x = np.random.default_rng(0).normal(size=(1, 14, 14, 6)).astype("float32")
    before = np.asarray(c3(x))
    for source in range(6):
        changed = x.copy()
        changed[..., source] += 1
        moved = ~np.isclose(np.asarray(c3(changed)), before, atol=1e-6).all(axis=(0, 1, 2))
        assert moved.tolist() == [source in sources for sources in C3_INPUTS]


def test_subsampling_adds_up_squares_and_scales_and_shifts_each_map(model_1998):
    layer = Subsampling()
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 3)).astype("float32")
    layer(x)
    layer.set_weights([np.array([1.0, 2, -1]), np.array([0.5, 0, 1])])
    sums = x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]
    assert np.allclose(np.asarray(layer(x)), sums * [1, 2, -1] + [0.5, 0, 1], atol=1e-5)


def test_the_output_of_1998_is_most_probable_where_f6_is_nearest_to_a_code():
    codes = segment_codes()
    assert codes.shape == (10, 84)
    assert set(np.unique(codes)) == {-1, 1}
    assert len(np.unique(codes, axis=0)) == 10
    probabilities = np.asarray(RBFOutput()(codes))
    assert (probabilities.argmax(axis=1) == np.arange(10)).all()


@pytest.mark.parametrize("make", [nb.lenet5, nb.lenet5_article, nb.lenet5_1998])
def test_probabilities_are_positive_and_sum_to_1(make):
    images = np.random.default_rng(0).random((5, 28, 28, 1), dtype="float32")
    probabilities = make().predict(images, verbose=0)
    assert probabilities.shape == (5, 10)
    assert (probabilities >= 0).all()
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_model_of_1998_predicts_the_same_after_saving_and_loading(model_1998, tmp_path):
    images = np.random.default_rng(0).random((5, 28, 28, 1), dtype="float32")
    model_1998.save(tmp_path / "lenet.keras")
    loaded = keras.models.load_model(tmp_path / "lenet.keras")
    assert np.array_equal(loaded.predict(images, verbose=0), model_1998.predict(images, verbose=0))
