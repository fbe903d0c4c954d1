"""Model files damaged at random: they work, or are named in an error of the promised type."""

import numpy as np
import pytest
from tests.pretrained.conftest import N_SAMPLES

from skaudio.io import AudioError
from skaudio.pretrained import ModelError, PretrainedEmbedding

FILES_PER_FORMAT = 25
CHECKSUMMED = {"keras"}  # in other formats, damaged weights are weights like any


def cut(content, rng):
    return content[: rng.integers(len(content))]


def flipped(content, rng):
    damaged = bytearray(content)
    for place in rng.integers(len(content), size=rng.integers(1, 9)):
        damaged[place] ^= 1 << rng.integers(8)
    return bytes(damaged)


def overwritten(content, rng):
    place, size = rng.integers(len(content)), rng.integers(1, 65)
    return content[:place] + rng.bytes(size) + content[place + size :]


def zeroed(content, rng):
    place, size = rng.integers(len(content)), rng.integers(1, 65)
    return content[:place] + bytes(size) + content[place + size :]


def lengthened(content, rng):
    place = rng.integers(len(content))
    return content[:place] + rng.bytes(rng.integers(1, 65)) + content[place:]


def shortened(content, rng):
    place = rng.integers(len(content))
    return content[:place] + content[place + rng.integers(1, 65) :]


DAMAGES = [cut, flipped, overwritten, zeroed, lengthened, shortened]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["keras", "h5", "tflite", "onnx"])
def test_a_damaged_model_works_or_is_named(kind, model_files, tmp_path, capfd):
    clips = [np.random.default_rng(0).standard_normal(2 * N_SAMPLES).astype(np.float32)]

    def scores(path):
        return PretrainedEmbedding(str(path), sr=8000, output="scores").fit_transform(clips)

    expected = scores(model_files[kind])
    for seed in range(FILES_PER_FORMAT):
        rng, path = np.random.default_rng(seed), tmp_path / f"damaged_{seed}.{kind}"
        path.write_bytes(DAMAGES[seed % len(DAMAGES)](model_files[kind].read_bytes(), rng))
        try:
            found = scores(path)
        except (ModelError, AudioError) as error:
            named = str(path) in str(error)
        else:
            named = None
            assert np.isfinite(found).all()
            assert kind not in CHECKSUMMED or np.array_equal(found, expected)
        assert named is not False
    assert capfd.readouterr().out == ""
