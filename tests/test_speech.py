"""Speech: the clips, spectra that equal those of a library, time warping that equals its definition."""

import hashlib
import pickle

import keras
import numpy as np
import pytest
from scipy import fft, signal

import nasbook as nb
from nasbook.tasks import sounds, spectra, speech, variations
from nasbook.tasks.speech import Front
from nasbook.tasks.speech_space import DATA_GENES, speech_space
from nasbook.tasks.time_warping import NearestNeighbor, distances

PARTS = ("train", "validation", "test", "people")


# --- the clips --------------------------------------------------------------------------------------------


def test_voices_are_in_one_part_and_say_every_digit_in_every_language():
    clips = {name: sounds.part(name) for name in PARTS}
    assert [len(part.digits) for part in clips.values()] == [1_500, 500, 550, 30]
    voices = [set(part.voices) for part in clips.values()]
    assert sum(map(len, voices)) == len(set.union(*voices)) == 57
    for name in PARTS[:2]:
        said = set(zip(*(column.tolist() for column in clips[name][1:]), strict=True))
        assert len(said) == 50 * len(set(clips[name].voices))
    tested = clips["test"]
    assert set(tested.voices[500:]) == set(sounds.SEALED) and not set(tested.voices[:500]) & set(
        sounds.SEALED
    )
    for real in (tested.some(slice(500, None)), clips["people"]):
        assert (np.bincount(real.digits) == len(real.digits) // 10).all()


def test_no_clip_is_there_twice_and_none_is_silent():
    x = sounds.every().sounds
    assert x.shape == (2_580, sounds.LENGTH) and x.dtype == np.float32
    assert len({hashlib.sha256(row.tobytes()).digest() for row in x}) == len(x)
    assert (np.abs(x).max(axis=1) > 0.2).all(), "of a long one, the loudest part may be cut off"


def test_the_mu_law_gives_back_what_was_squeezed():
    x = np.linspace(-1, 1, 1_001)
    squeezed = np.sign(x) * np.log1p(255 * np.abs(x)) / np.log(256)
    found = sounds.expanded(np.round((squeezed + 1) * 127.5).astype("uint8"))
    assert np.allclose(found, x, atol=0.025)
    assert np.abs(found - x)[np.abs(x) < 0.01].max() < 0.001, "small steps where it is quiet"


# --- spectra ----------------------------------------------------------------------------------------------


def test_a_spectrum_is_that_of_scipy():
    x = sounds.part("people").sounds[:3]
    theirs = signal.stft(x, sounds.RATE, nperseg=256, noverlap=128, boundary="zeros", padded=False)[2]
    ours = spectra.power(x, window=256, hop=128)
    scale = (0.5 * 256) ** 2  # SciPy divides by the sum of the window
    assert np.allclose(ours, np.abs(theirs[..., : ours.shape[1]]).swapaxes(1, 2) ** 2 * scale, atol=1e-2)


@pytest.mark.parametrize(("bands", "window"), [(16, 256), (32, 512), (32, 256)])
def test_bands_are_those_of_keras(bands, window):
    x, hop = sounds.part("people").sounds[:3], sounds.LENGTH * bands // 1024
    settings = dict(fft_length=window, sequence_stride=hop, sampling_rate=sounds.RATE, num_mel_bins=bands)
    layer = keras.layers.MelSpectrogram(**settings, min_freq=20, power_to_db=False)
    theirs = keras.ops.convert_to_numpy(layer(x)).swapaxes(1, 2)[:, : 1024 // bands]
    ours = spectra.power(x, window, hop) @ spectra.filters(bands, window)
    assert np.allclose(ours, theirs, rtol=1e-3, atol=1e-2)
    assert spectra.log_mel(x, bands, window).shape == (3, 1024 // bands, bands)


def test_coefficients_are_a_cosine_transform():
    x = sounds.part("people").sounds[:3]
    theirs = fft.dct(spectra.log_mel(x, 32, 512), norm="ortho")[..., :13]
    assert np.allclose(spectra.mfcc(x, 32, 512), theirs, atol=1e-5)


def test_a_tone_is_heard_in_its_band_and_while_it_sounds():
    time = np.arange(sounds.LENGTH) / sounds.RATE
    tone = np.where((time > 0.4) & (time < 0.6), np.sin(2 * np.pi * 1_000 * time), 0)
    heard = spectra.log_mel(tone[np.newaxis].astype("float32"))[0]
    centers = np.linspace(spectra.mel(20), spectra.mel(4_000), 34)[1:-1]
    assert heard.mean(axis=0).argmax() == np.abs(centers - spectra.mel(1_000)).argmin()
    loud = np.flatnonzero(heard.max(axis=1) > 0.3) * 256 / sounds.RATE
    assert 0.35 < loud[0] < 0.42 and 0.58 < loud[-1] < 0.65


# --- variations -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in variations.VARIATIONS if name != "none"])
def test_a_variation_is_another_sound_of_the_same_digit(name):
    sound = sounds.part("train").sounds[0]
    one, same, other = (variations.varied(sound, name, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert one.shape == sound.shape and one.dtype == np.float32
    assert np.abs(one).max() == pytest.approx(1)
    assert (one == same).all() and not np.allclose(one, other)
    assert not np.allclose(one, sound, atol=0.01)


def test_faster_is_shorter_and_higher():
    time = np.arange(sounds.LENGTH) / sounds.RATE
    tone = np.where((time > 0.3) & (time < 0.7), np.sin(2 * np.pi * 500 * time), 0)
    for seed in range(5):
        found = variations.speed(tone, np.random.default_rng(seed))
        factor = len(variations.within(tone)) / len(variations.within(found))
        high = np.abs(np.fft.rfft(found)).argmax() * sounds.RATE / sounds.LENGTH
        assert 0.74 < factor < 1.35 and high == pytest.approx(500 * factor, rel=0.02)


def test_noise_is_as_quiet_as_it_is_said_to_be():
    sound = sounds.part("train").sounds[0]
    noise = variations.noise(sound, np.random.default_rng(0)) - sound
    voice = np.sqrt(np.mean(variations.within(sound) ** 2))
    assert 10 <= 20 * np.log10(voice / np.std(noise)) <= 40


# --- time warping -----------------------------------------------------------------------------------------


def shortest_way(a: np.ndarray, b: np.ndarray, first: int = 2) -> float:
    """By trying every way from both beginnings to both ends; a step in both, as the first, counts twice."""
    here = first * float(np.linalg.norm(a[0] - b[0]))
    if len(a) == len(b) == 1:
        return here
    steps = [(a[1:], b, 1), (a, b[1:], 1), (a[1:], b[1:], 2)]
    return here + min(shortest_way(*rest) for rest in steps if len(rest[0]) and len(rest[1]))


def test_distances_are_those_of_all_ways():
    rng = np.random.default_rng(0)
    for _ in range(10):
        lengths = rng.integers(1, 6, 4)
        others, sound = rng.normal(size=(4, 5, 2)), rng.normal(size=(rng.integers(1, 6), 2))
        found = distances(sound, others, lengths)
        right = [
            shortest_way(sound, one[:n]) / (len(sound) + n) for one, n in zip(others, lengths, strict=True)
        ]
        assert np.allclose(found, right)


def test_a_sound_said_slower_is_the_same_sound():
    sound = np.random.default_rng(0).normal(size=(10, 3))
    slower = np.repeat(sound, 2, axis=0)
    assert distances(slower, sound[np.newaxis], np.array([10]))[0] == pytest.approx(0)
    known = NearestNeighbor().fit([sound, sound[::-1]], np.array(["there", "back"]))
    assert known.predict([slower, slower[::-1]]).tolist() == ["there", "back"]


# --- data, space and networks -----------------------------------------------------------------------------

FRONTS = {
    Front("waveform", None, None, None): (8_192, 1),
    Front("log-mel", 16, 256): (64, 16),
    Front("log-mel", 32, 512, centered=True): (32, 32),
    Front("MFCC", 32, 512): (32, 13),
}


def test_the_space_has_every_front_end_and_no_other():
    space = speech_space()
    assert space.size == sum(1 for _ in space.enumerate())
    kinds = {Front(*map(a.get, DATA_GENES[:-1])) for a in space.enumerate()}
    assert set(FRONTS) < kinds and len(kinds) == 17


@pytest.mark.parametrize("front", FRONTS)
def test_a_front_end_gives_what_its_genes_say(front):
    data = nb.load_digits(front, train=20)
    assert data.input_shape == FRONTS[front] == data.x_validation.shape[1:]
    assert len(data.train) == len(data.x_train) == len(data.y_train) == 80
    assert len(data.source("test")) == 550 and len(data.validation) == 500
    assert len(data.source("train")) == 580


def test_a_centered_front_end_does_not_hear_the_microphone():
    sound = sounds.part("people").sounds[:1] + np.random.default_rng(0).normal(0, 0.05, (1, sounds.LENGTH))
    muffled = signal.lfilter([0.5, 0.4], [1], sound)
    plain, centered = (Front(centered=one) for one in (False, True))
    change = {front: np.abs(front(sound) - front(muffled)).mean() for front in (plain, centered)}
    assert change[centered] < change[plain] / 3


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("kind", ["CNN", "GRU"])
def test_every_kind_is_built_and_trained(front, kind):
    nb.setup()
    genes = dict(front._asdict(), variation="none", kind=kind, layers=2, width=16, dropout=0.0)
    architecture = speech_space().architecture({n: gene for n, gene in genes.items() if gene is not None})
    trainer = nb.Trainer(nb.load_digits(front, train=8), build=speech.build, epochs=1)
    trial = trainer(architecture)
    assert trial.status == "done", trial.error


def test_the_first_copy_is_as_it_is_and_the_others_are_varied():
    plain, faster = (nb.load_digits(variation=name, train=50) for name in ("none", "speed"))
    assert (plain.y_train == faster.y_train).all() and plain.fingerprint != faster.fingerprint
    same = np.isclose(plain.x_train, faster.x_train, atol=1e-3).all(axis=(1, 2))
    assert same[:50].all() and not same[50:].any()


def test_another_process_gets_words_and_works_out_the_same_sounds():
    data = nb.load_digits(variation="noise", train=20)
    packed = pickle.dumps(data)
    assert len(packed) < 1_000
    speech.heard.cache_clear()
    assert (pickle.loads(packed).x_train == data.x_train).all()
