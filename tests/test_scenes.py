"""Scenes: the same bytes from a seed, true boxes and masks, and no digit on both sides of a split."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

import nasbook as nb
from nasbook.datasets import digest_of
from nasbook.tasks.boxes import overlaps
from nasbook.tasks.scenes import CROWDED, ROOM, SCALES, TARGETS, box_of, enlarged

SIDE = 160


@pytest.fixture(scope="module")
def data():
    return nb.load_scenes("boxes", side=SIDE, train=12, validation=6, test=4)


@pytest.fixture(scope="module")
def scenes(data):
    return [data.train.draw.compose(np.random.default_rng(seed)) for seed in range(60)]


def test_a_seed_draws_the_same_bytes_on_every_machine():
    data = nb.load_scenes("masks", side=416, train=3, validation=2)
    drawn = [*data.train.batch(slice(None), epoch=1), *data.validation.batch(slice(None))]
    assert digest_of(*drawn)[:16] == "017b2119631df79d"


def test_what_a_batch_holds_is_what_a_network_and_the_metrics_take(data):
    images, boxes = data.train.batch(slice(0, 5))
    assert (images.shape, images.dtype) == ((5, SIDE, SIDE, 1), np.float32)
    assert (boxes.shape, boxes.dtype) == ((5, round((SIDE / ROOM) ** 2), 5), np.float32)
    assert images.min() >= 0 and images.max() <= 1
    masks = nb.load_scenes("masks", side=SIDE, train=12, validation=6).train.batch(slice(0, 5))
    assert (masks[0] == images).all(), "the scenes are the same, whatever is asked of them"
    assert (masks[1].shape, masks[1].dtype) == ((5, SIDE, SIDE), np.uint8)


def test_the_box_of_a_digit_alone_is_the_smallest_one_around_its_pixels(scenes):
    alone = [scene for scene in scenes if (scene.boxes[:, 0] >= 0).sum() == 1]
    assert len(alone) > 5
    for scene in alone:
        label, *box = scene.boxes[0]
        assert (box_of(255 * (scene.mask > 0)) == box).all()
        assert set(np.unique(scene.mask)) == {0, label + 1}


def test_of_every_digit_something_is_seen_in_its_box_and_no_mask_is_outside_of_the_boxes(scenes):
    for scene in scenes:
        inside = np.zeros_like(scene.mask)
        for label, top, left, bottom, right in scene.boxes[scene.boxes[:, 0] >= 0].astype(int):
            assert 0 <= top < bottom <= SIDE and 0 <= left < right <= SIDE
            assert (scene.mask[top:bottom, left:right] == label + 1).any()
            inside[top:bottom, left:right] = 1
        assert not scene.mask[inside == 0].any()


def test_digits_have_the_sizes_promised_and_cover_each_other_no_more_than_that(scenes):
    boxes = [scene.boxes[scene.boxes[:, 0] >= 0, 1:] for scene in scenes]
    heights = np.concatenate([some[:, 2] - some[:, 0] for some in boxes])
    assert heights.max() <= 28 * SCALES[1]
    assert heights.min() < 14 < 50 < heights.max(), "small and large"
    shared = [overlaps(some[:, None], some)[np.triu_indices(len(some), 1)] for some in boxes]
    assert 0.05 < np.concatenate(shared).max() <= CROWDED


def test_digits_are_lighter_than_their_ground(scenes):
    lighter = []
    for scene in scenes:
        image = scene.image[..., 0].astype(float)
        lighter.append(image[scene.mask > 0].mean() > image[scene.mask == 0].mean())
    assert np.mean(lighter) > 0.95


def test_training_scenes_are_new_in_every_epoch_and_the_others_are_not(data):
    def images(examples, epoch: int):
        return examples.batch(slice(None), epoch)[0]

    assert (images(data.train, 0) != images(data.train, 1)).any(axis=(1, 2, 3)).all()
    assert (images(data.validation, 0) == images(data.validation, 1)).all()
    assert (images(data.source("test"), 0) == images(data.source("test"), 1)).all()


def test_no_digit_is_in_scenes_of_two_parts(data):
    parts = [data.train, data.validation, data.source("test")]
    train, validation, test = ({digit.tobytes() for digit in part.draw.digits} for part in parts)
    assert not train & validation and not train & test and not validation & test
    assert len({digit.tobytes() for digit in data.source("train").draw.digits}) == len(train | validation)


def test_the_test_scenes_are_the_same_for_every_seed():
    first, second = (nb.load_scenes("boxes", side=96, test=3, seed=seed) for seed in (0, 1))
    assert first.source("test").digest == second.source("test").digest
    assert first.fingerprint != second.fingerprint


def test_a_worker_draws_what_the_parent_draws(data):
    copy = pickle.loads(pickle.dumps(data.train))
    assert (copy.batch([3, 1], epoch=2)[0] == data.train.batch([3, 1], epoch=2)[0]).all()


@settings(max_examples=60, deadline=None)
@given(before=st.integers(2, 28), after=st.integers(1, 90), seed=st.integers(0, 9))
def test_images_are_enlarged_as_scipy_does_it(before, after, seed):
    image = np.random.default_rng(seed).integers(0, 256, (before, before), dtype=np.uint8)
    wanted = ndimage.zoom(image.astype(float), after / before, order=1, mode="nearest", grid_mode=True)
    assert np.abs(enlarged(image, after) - wanted).max() <= 2, "shares of a pixel are 256ths"


@pytest.mark.parametrize(
    ("target", "given", "hint"),
    [
        ("mask", {}, "choose 'boxes' or 'masks'"),
        ("boxes", {"side": 32}, "at least 96 pixels"),
        ("boxes", {"side": 101}, "a multiple of 8"),
        ("masks", {"train": 0}, "at least one scene"),
    ],
)
def test_what_cannot_be_drawn_is_refused(target, given, hint):
    with pytest.raises(ValueError, match=hint):
        nb.load_scenes(target, **given)


def test_every_target_is_one_of_a_scene(scenes):
    for target in TARGETS.values():
        assert any(target(scenes[0]) is part for part in scenes[0])
