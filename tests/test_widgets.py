"""Widgets: the pure functions under the skin, and the picture where no kernel runs."""

import pytest

import nasbook as nb
from nasbook import widgets

LENET_LIKE = {"blocks": 2, "filters1": 8, "filters2": 16, "kernel": 5, "pool": "max"}


@pytest.fixture
def architecture():
    return nb.lenet_space().architecture({**LENET_LIKE, "activation": "relu", "dense": 64})


def trials(*scores):
    space = nb.lenet_space()
    return [nb.Trial(space.nth(i), 0, 1, score=score) for i, score in enumerate(scores)]


def test_the_design_table_shows_every_layer_and_the_cost(architecture):
    table = widgets.design_table(architecture)
    cost = nb.cost(architecture)
    assert table.count("<tr>") == len(nb.layers(architecture)) + 3  # head, output layer, total
    for shown in (f"{cost.parameters:,}", f"{cost.multiply_adds:,}", "28×28×8", "conv 16 5x5"):
        assert shown in table


def test_moving_a_slider_changes_the_table_and_switches_genes_on():
    box = widgets.design().widget
    sliders, table = {slider.description: slider for slider in box.children[:-1]}, box.children[-1]
    before = table.value
    assert sliders["filters2"].disabled
    sliders["blocks"].value = 2
    assert table.value != before
    assert not sliders["filters2"].disabled


def test_the_caption_of_a_generation_names_its_best_and_counts_its_kinds():
    population = trials(0.5, 0.8, 0.6)
    caption = widgets.generation_caption([*population, population[0]])
    assert "0.8000" in caption
    assert str(population[1].architecture) in caption
    assert "3 different" in caption


def test_stepping_through_generations_changes_the_picture_and_the_caption():
    box = widgets.browse_generations([trials(0.5, 0.6), trials(0.7, 0.8)]).widget
    controls, picture, caption = box.children
    before = picture.value, caption.value
    controls.children[1].value = 1
    assert picture.value != before[0]
    assert "0.8000" in caption.value


def test_without_a_kernel_a_widget_is_a_table_or_a_picture():
    assert "<table>" in widgets.design()._repr_mimebundle_()["text/html"]
    picture = widgets.browse_generations([trials(0.5, 0.6)])._repr_mimebundle_()["image/png"]
    assert picture.startswith(b"\x89PNG")
