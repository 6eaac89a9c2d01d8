"""Your own sounds: every kind of WAV file is read alike, and what cannot be used is refused by name."""

import struct
import wave

import numpy as np
import pytest
from scipy.io import wavfile

from nasbook.tasks import sounds
from nasbook.tasks.own_sounds import find, load_sounds, recording_of


def tone(seconds: float = 0.5, hertz: float = 440, rate: int = 8_000) -> np.ndarray:
    """From -0.5 to 0.5, with a beginning and an end."""
    time = np.arange(round(seconds * rate)) / rate
    return 0.5 * np.sin(2 * np.pi * hertz * time)


def in_16_bits(samples: np.ndarray) -> np.ndarray:
    return np.round(samples * 32_767).astype("int16")


@pytest.fixture
def folder(tmp_path):
    """Two classes, high and low, of ten files each, by five voices."""
    for kind, hertz in (("high", 880), ("low", 220)):
        (tmp_path / "tones" / kind).mkdir(parents=True)
        for number in range(10):
            file = tmp_path / "tones" / kind / f"voice{number % 5}-{number}.wav"
            wavfile.write(file, 8_000, in_16_bits(tone(0.3 + 0.02 * number, hertz + number)))
    return tmp_path / "tones"


def write_24_bits(file, rate: int, samples: np.ndarray) -> None:
    with wave.open(str(file), "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(3)
        opened.setframerate(rate)
        opened.writeframes(b"".join(struct.pack("<i", int(s * 2**31))[1:] for s in samples))


# --- every kind is read -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["8 bits", "16 bits", "24 bits", "32 bits", "floats", "stereo", "44,100"])
def test_any_width_rate_and_number_of_channels_is_the_same_sound(tmp_path, kind):
    file, rate = tmp_path / "one.wav", 44_100 if kind == "44,100" else 8_000
    x = tone(rate=rate)
    if kind == "24 bits":
        write_24_bits(file, rate, x)
    else:
        written = {
            "8 bits": np.round(x * 127 + 128).astype("uint8"),
            "32 bits": np.round(x * (2**31 - 1)).astype("int32"),
            "floats": x.astype("float32"),
            "stereo": in_16_bits(np.stack([x, x], axis=1)),
        }
        wavfile.write(file, rate, written.get(kind, in_16_bits(x)))
    found = recording_of(file)
    assert found.rate == rate and found.samples.shape == x.shape
    assert np.allclose(found.samples, x, atol=0.01 if kind == "8 bits" else 1e-3)
    heard = sounds.in_the_middle(sounds.trimmed(sounds.at_rate(*found)))
    expected = sounds.in_the_middle(sounds.trimmed(tone()))
    spectra = [np.abs(np.fft.rfft(one)) for one in (heard, expected)]
    assert abs(spectra[0].argmax() - spectra[1].argmax()) <= 1


def test_notes_of_a_program_in_a_file_do_no_harm(tmp_path, recwarn):
    file = tmp_path / "one.wav"
    wavfile.write(file, 8_000, in_16_bits(tone()))
    content = file.read_bytes() + b"note" + struct.pack("<I", 4) + b"hey!"
    file.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])
    assert np.allclose(recording_of(file).samples, tone(), atol=1e-3)
    assert not recwarn.list


def test_a_constant_in_the_recording_is_not_taken_for_sound(tmp_path):
    for kind, hertz in (("high", 880), ("low", 220)):
        (tmp_path / kind).mkdir()
        for number in range(5):
            quiet = np.pad(tone(0.2, hertz + number), 2_000) + 0.2
            wavfile.write(tmp_path / kind / f"{number}.wav", 8_000, quiet.astype("float32"))
    lengths = {len(np.flatnonzero(sound)) for sound in find(tmp_path)[1]}
    assert max(lengths) < 2_200, "0.2 seconds, and a little around them"


def test_a_folder_becomes_a_data_set(folder):
    data = load_sounds(folder, groups=lambda name: name.split("/")[1].split("-")[0])
    assert data.classes == ("high", "low")
    assert data.input_shape == (32, 32)
    voices = [len(part) for part in (data.train, data.validation, data.source("test"))]
    assert sum(voices) == 20 and min(voices) >= 4
    assert data.x_train.min() >= 0 and data.x_train.max() > 0.3


def test_what_is_heard_is_for_the_reader_to_say(folder):
    data = load_sounds(folder, heard=lambda sounds: sounds[..., np.newaxis])
    assert data.input_shape == (8_192, 1)
    assert np.abs(data.x_train).max() <= 1.01


def test_a_voice_is_in_one_part_only(folder):
    def voice(name):
        return name.split("/")[1].split("-")[0]

    names, every, *_ = find(folder)
    data = load_sounds(folder, groups=voice, heard=lambda sounds: sounds)
    parts = [part.inputs for part in (data.train, data.validation, data.source("test"))]
    voices = [{voice(names[int(np.abs(every - one).sum(axis=1).argmin())]) for one in part} for part in parts]
    assert sum(map(len, voices)) == len(set.union(*voices)) == 5


# --- odd files are refused, by name -----------------------------------------------------------------------


def cut_off(file):
    file.write_bytes(file.read_bytes()[:-1_000])


def empty_file(file):
    file.write_bytes(b"")


def no_sound(file):
    file.write_text("a note")


def silence(file):
    wavfile.write(file, 8_000, np.zeros(4_000, "int16"))


def channels_that_cancel(file):
    wavfile.write(file, 8_000, in_16_bits(np.stack([tone(), -tone()], axis=1)))


def no_samples(file):
    wavfile.write(file, 8_000, np.zeros(0, "int16"))


def no_numbers(file):
    wavfile.write(file, 8_000, np.where(np.arange(4_000) == 7, np.nan, tone()).astype("float32"))


def rate_of_no_recording(file):
    wavfile.write(file, 100, in_16_bits(tone()))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (cut_off, r"Files that are no WAV file, or cut off: high/voice3-3\.wav\. To go on, convert"),
        (empty_file, r"Files that are no WAV file, or cut off: high/voice3-3\.wav"),
        (no_sound, r"Files that are no WAV file, or cut off: high/voice3-3\.wav"),
        (silence, r"Silent sounds: high/voice3-3\.wav\. To go on, record them again"),
        (channels_that_cancel, r"Silent sounds: high/voice3-3\.wav"),
        (no_samples, r"Silent sounds: high/voice3-3\.wav"),
        (no_numbers, r"Sounds with samples that are no number: high/voice3-3\.wav\. To go on, convert"),
        (rate_of_no_recording, r"Rates below 4,000 or above 192,000 .*: high/voice3-3\.wav"),
    ],
)
def test_an_odd_file_is_refused_by_name(folder, spoil, message):
    spoil(folder / "high" / "voice3-3.wav")
    with pytest.raises(ValueError, match=message):
        load_sounds(folder)


def test_a_clipped_or_long_sound_is_named_in_a_warning_and_read(folder):
    wavfile.write(folder / "low" / "voice0-0.wav", 8_000, in_16_bits(np.clip(9 * tone(), -1, 1)))
    with pytest.warns(UserWarning, match=r"1 sounds are clipped.*\(low/voice0-0\.wav\)"):
        load_sounds(folder)
    wavfile.write(folder / "low" / "voice0-0.wav", 8_000, in_16_bits(tone(2)))
    with pytest.warns(UserWarning, match=r"longer than 1\.024 seconds.*\(low/voice0-0\.wav\)"):
        load_sounds(folder)


def test_one_class_and_no_folder_are_refused(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="give one that holds a folder of sounds for each class"):
        load_sounds(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="give one that holds a folder of sounds"):
        load_sounds(folder / "high")


def test_sounds_that_change_before_the_test_are_noticed(folder):
    data = load_sounds(folder)
    wavfile.write(folder / "low" / "voice0-0.wav", 8_000, in_16_bits(tone(0.4)))
    with pytest.raises(ValueError, match="have changed since they were loaded"):
        data.source("test")
