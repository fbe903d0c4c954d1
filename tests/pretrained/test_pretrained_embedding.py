"""`PretrainedEmbedding`: every format gives what its weights say, windows are cut as said, and nothing bad gets in."""

import pickle
import re
import shutil
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from tests.pretrained.conftest import N_SAMPLES, hidden_of, scores_of

from skaudio.datasets import get_data_home
from skaudio.estimators import GRUClassifier
from skaudio.features import FeatureCache
from skaudio.io import load
from skaudio.pretrained import ModelError, PretrainedEmbedding

SR = 8000
FORMATS = ("keras", "h5", "tflite", "onnx", "saved_model")
YAMNET = get_data_home() / "yamnet" / "yamnet.tflite"
needs_yamnet = pytest.mark.skipif(not YAMNET.is_file(), reason="yamnet.tflite is not in the data home")


@pytest.fixture
def clips():
    rng = np.random.default_rng(1)
    return [rng.standard_normal(n).astype(np.float32) for n in (400, 1000, 1200)]


def windows_of(y, hop=N_SAMPLES):
    """Cut a clip, and follow it by silence up to a whole window."""
    starts = range(0, max(1, len(y) - N_SAMPLES + hop), hop)
    return np.stack([np.pad(y, (0, 2 * N_SAMPLES))[start : start + N_SAMPLES] for start in starts])


def loudest(windows):
    return np.abs(windows).max(axis=1, keepdims=True)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_what_its_weights_say(model_files, clips, kind):
    for output, expected in (("embedding", hidden_of), ("scores", scores_of)):
        model = PretrainedEmbedding(model_files[kind], output=output, sr=SR).fit(clips)
        assert model.window_seconds_ == model.hop_seconds_ == N_SAMPLES / SR
        assert_allclose(
            model.transform(clips), [expected(windows_of(y)).mean(axis=0) for y in clips], rtol=1e-4, atol=1e-5
        )


def test_a_keras_model_is_what_its_file_is(keras_model, model_files, clips):
    given = PretrainedEmbedding(keras_model, sr=SR).fit(clips)
    read = PretrainedEmbedding(model_files["keras"], sr=SR).fit(clips)
    assert_array_equal(given.transform(clips), read.transform(clips))


def test_layers_and_values_by_name_or_number(model_files, keras_model, clips):
    expected = [hidden_of(windows_of(y)).mean(axis=0) for y in clips]
    with pytest.raises(ModelError, match="expected the name or index of a tensor") as raised:
        PretrainedEmbedding(model_files["tflite"], output="nothing", sr=SR).fit(clips)
    (tensor,) = [name for name in re.findall(r"[^ ,]+", str(raised.value)) if "hidden" in name]
    for source, output in (
        (keras_model, "hidden"),
        (keras_model, 1),
        (model_files["onnx"], "hidden"),
        (model_files["tflite"], tensor),
        (model_files["saved_model"], "embeddings"),
    ):
        model = PretrainedEmbedding(source, output=output, sr=SR)
        assert_allclose(model.fit_transform(clips), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("pooling", ["mean", "max", "meanmax", None])
def test_pooling_over_windows_that_overlap(clips, pooling):
    model = PretrainedEmbedding(
        hidden_of, sr=SR, window_seconds=N_SAMPLES / SR, hop_seconds=100 / SR, pooling=pooling, n_jobs=2
    )
    outputs = model.fit_transform(clips)
    for y, output in zip(clips, outputs, strict=True):
        frames = hidden_of(windows_of(y, hop=100))
        expected = {"mean": frames.mean(axis=0), "max": frames.max(axis=0), None: frames}
        expected["meanmax"] = np.concatenate([expected["mean"], expected["max"]])
        assert_allclose(output, expected[pooling], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("length", "hop", "starts"),
    [
        (399, 400, [0]),
        (400, 400, [0]),
        (401, 400, [0, 400]),
        (800, 400, [0, 400]),
        (800, 300, [0, 300, 600]),
        (1000, 300, [0, 300, 600]),
        (1001, 300, [0, 300, 600, 900]),
        (900, 1000, [0]),  # what lies between windows is not asked for
        (1001, 1000, [0, 1000]),
    ],
)
def test_all_of_a_clip_is_heard_and_nothing_but_silence_never(length, hop, starts):
    y = np.arange(1, length + 1, dtype=np.float32)
    model = PretrainedEmbedding(whole, sr=SR, window_seconds=0.05, hop_seconds=hop / SR, pooling=None)
    expected = np.stack([np.pad(y, (0, 2000))[start : start + N_SAMPLES] for start in starts])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_array_equal(model.fit([y]).transform([y])[0], expected)


def whole(windows):
    return windows


def test_names_of_columns(clips):
    model = PretrainedEmbedding(hidden_of, sr=SR, window_seconds=0.05, pooling="meanmax").fit(clips)
    names = model.get_feature_names_out()
    assert list(names[:2]) == ["embedding_0_mean", "embedding_1_mean"]
    assert names[6] == "embedding_0_max"
    assert list(model.set_params(pooling=None).get_feature_names_out()) == [f"embedding_{i}" for i in range(6)]


def test_a_table_where_pooled_and_frames_where_not(clips):
    pd = pytest.importorskip("pandas")
    model = PretrainedEmbedding(hidden_of, sr=SR, window_seconds=0.05)
    table = model.set_output(transform="pandas").fit_transform(clips)
    assert isinstance(table, pd.DataFrame)
    assert list(table.columns) == list(model.get_feature_names_out())
    column = model.set_params(pooling=None).fit_transform(clips)
    assert column["frames"].iloc[0].shape == (1, 6)
    assert isinstance(model.set_output(transform="default").fit_transform(clips), np.ndarray)


def test_class_names_and_tags(clips, tmp_path):
    how = {"output": "scores", "sr": SR, "window_seconds": 0.05}
    named = PretrainedEmbedding(scores_of, class_names=["cat", "dog", "owl"], **how).fit(clips)
    expected = scores_of(windows_of(clips[1])).mean(axis=0)
    tags = named.tags(clips, top=2)[1]
    assert [name for name, _ in tags] == [["cat", "dog", "owl"][i] for i in np.argsort(-expected)[:2]]
    assert_allclose([score for _, score in tags], np.sort(expected)[::-1][:2], rtol=1e-5)
    (tmp_path / "names.txt").write_text("cat\ndog\nowl\n")
    assert (
        PretrainedEmbedding(scores_of, class_names=tmp_path / "names.txt", **how).fit(clips).tags(clips, top=2)[1]
        == tags
    )
    with pytest.raises(ValueError, match="class_names has 2 names; expected 3"):
        PretrainedEmbedding(scores_of, class_names=["cat", "dog"], **how).fit(clips)
    with pytest.raises(ValueError, match="tags require"):
        PretrainedEmbedding(scores_of, sr=SR, window_seconds=0.05).fit(clips).tags(clips)


def silent_or_loud(windows):
    loud = np.abs(windows).max(axis=1) > 0.1
    return np.column_stack([np.where(loud, 0.9, 0.0), np.where(loud, 0.0, 0.8)])


def test_silence_around_a_bark_takes_nothing_off_it():
    windows = [np.zeros(400, np.float32)] * 3 + [np.full(400, 0.5, np.float32)]
    model = PretrainedEmbedding(
        silent_or_loud, output="scores", class_names=["Bark", "Silence"], sr=SR, window_seconds=400 / SR
    ).fit([windows[0]])
    bark, nothing = model.tags([np.concatenate(windows), np.concatenate(windows[:3])])
    assert bark == [("Bark", pytest.approx(0.9 / (1 + 3 * 0.2))), ("Silence", 0.0)]
    assert nothing == [("Silence", pytest.approx(0.8)), ("Bark", 0.0)]
    assert_allclose(model.transform([np.concatenate(windows)]), [[0.9 / 4, 0.6]], rtol=1e-6)


def test_a_short_clip_is_followed_by_silence_which_is_said_once(clips):
    model = PretrainedEmbedding(hidden_of, sr=SR, window_seconds=0.05).fit(clips)
    short = [y[:100] for y in clips]
    with pytest.warns(UserWarning, match="Clips shorter than the model's window of 0.05 s are padded") as said:
        together = model.transform(short)
    assert len(said) == 1
    assert_allclose(together[0], hidden_of(np.pad(short[0], (0, 300))[np.newaxis])[0], rtol=1e-5)


def test_cached_outputs_serve_every_pooling_and_fold(clips, tmp_path):
    def model(windows):
        return hidden_of(windows)

    with pytest.raises(ValueError, match="memory requires a model that can be pickled"):
        PretrainedEmbedding(model, sr=SR, window_seconds=0.05, memory=tmp_path).fit_transform(clips)
    cached = PretrainedEmbedding(counting, sr=SR, window_seconds=0.05, memory=FeatureCache(tmp_path / "cache"))
    pipe = make_pipeline(cached, LogisticRegression())
    X, y = [y + i for i in range(8) for y in clips], [0, 1, 1] * 8
    COUNTED.clear()
    cross_val_score(pipe, X, y, cv=4)
    cross_val_score(clone(pipe).set_params(pretrainedembedding__pooling="max"), X, y, cv=4)
    trials = 2 * 4  # a window of silence in each fit
    assert sum(COUNTED) == sum(len(windows_of(x)) for x in X) + trials


COUNTED = []


def counting(windows):
    COUNTED.append(len(windows))
    return hidden_of(windows)


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_a_pickle_carries_the_model(model_files, clips, tmp_path, kind):
    expected = {}
    for fate in ("kept", "deleted", "replaced"):
        (tmp_path / fate).mkdir()
        path = tmp_path / fate / model_files[kind].name
        (shutil.copytree if path.suffix == "" else shutil.copy)(model_files[kind], path)
        for store in ("bytes", "reference"):
            model = PretrainedEmbedding(path, sr=SR, store=store).fit(clips)
            joblib.dump((model, clips, model.transform(clips)), tmp_path / f"{fate} {store}.joblib")
            expected[f"{fate} {store}"] = "same"
    whole, reference = (tmp_path / f"kept {store}.joblib" for store in ("bytes", "reference"))
    if kind != "saved_model":  # its folder is packed
        assert whole.stat().st_size > path.stat().st_size
    assert reference.stat().st_size < whole.stat().st_size
    for fate in ("deleted", "replaced"):
        path = tmp_path / fate / model_files[kind].name
        (shutil.rmtree if path.is_dir() else type(path).unlink)(path)
    shutil.copy(model_files["h5"] if kind != "h5" else model_files["onnx"], path)
    expected |= {"deleted reference": "does not exist", "replaced reference": "has changed since fit"}
    said = in_a_new_process(tmp_path, list(expected))
    assert len(said) == len(expected)
    for text, (name, part) in zip(said, expected.items(), strict=True):
        assert part in text, name


def in_a_new_process(folder, names):
    code = (
        "import joblib, sys, numpy as np\n"
        "from skaudio.pretrained._opening import _open_file\n"
        f"for name in {names}:\n"
        "    _open_file.cache_clear()\n"  # models of the same content are opened once
        f"    model, clips, expected = joblib.load({str(folder)!r} + f'/{{name}}.joblib')\n"
        "    try:\n        print('same' if np.array_equal(model.transform(clips), expected) else 'other')\n"
        "    except ValueError as error:\n        print(' '.join(str(error).split()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()


@pytest.mark.slow
def test_frames_for_a_network_that_looks_at_sequences(clips):
    frames = PretrainedEmbedding(hidden_of, sr=SR, window_seconds=0.05, hop_seconds=0.01, pooling=None)
    pipe = make_pipeline(frames, GRUClassifier(units=4, epochs=1, random_state=0))
    assert pipe.fit(clips, [0, 1, 0]).predict(clips).shape == (3,)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"model": "no/such/model.tflite", "sr": SR}, "Model 'no/such/model.tflite' does not exist"),
        ({"model": "swallows", "sr": SR}, r"Pass the path of a model file.*or one of \['birdnet', .*'yamnet'\]"),
        ({"model": "{folder}", "sr": SR}, "is a folder without saved_model.pb"),
        ({"model": "{text}", "sr": SR}, r"is not a model file: it begins with b'hello wo'. Expected TFLite"),
        ({"model": "{tflite}", "sr": SR}, "The TFLite interpreter cannot load the model"),
        ({"model": "{onnx}", "sr": SR}, "ONNX Runtime cannot load the model"),
        ({"model": "{h5}", "sr": SR}, "Keras cannot load the model"),
        ({"model": hidden_of}, "The sampling rate of model=.* is unknown"),
        ({"model": hidden_of, "sr": SR}, "accepts windows of any length. Pass window_seconds"),
        (
            {"model": "{keras}", "sr": 16000, "window_seconds": 0.05},
            "is 800 samples at 16000 Hz; expected 400",
        ),
        (
            {"model": "{keras}", "sr": SR, "output": "nothing"},
            "output='nothing'; expected the name or index of a layer: .*hidden",
        ),
        ({"model": "{keras}", "sr": SR, "pooling": "median"}, "The 'pooling' parameter"),
        ({"model": 3, "sr": SR}, "The 'model' parameter"),
    ],
)
def test_what_cannot_be_used_says_why(clips, tmp_path, model_files, params, message):
    paths = {name: tmp_path / f"broken.{name}" for name in ("text", "tflite", "onnx", "h5")}
    paths["text"].write_text("hello world")
    paths["tflite"].write_bytes(b"\x00\x00\x00\x00TFL3" + bytes(50))
    paths["onnx"].write_bytes(b"hello world")
    paths["h5"].write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(50))
    paths |= {"folder": tmp_path, "keras": model_files["keras"]}
    model = params["model"]
    model = paths[model[1:-1]] if isinstance(model, str) and model.startswith("{") else model
    with pytest.raises(ValueError, match=message):
        PretrainedEmbedding(**{**params, "model": model}).fit(clips)


def test_an_output_that_is_not_there(model_files, clips):
    for kind, message in (
        ("tflite", "expected the name or index of a tensor"),
        ("onnx", "expected the name or index of one of the model's outputs"),
        ("saved_model", r"one of the model's outputs \['embeddings', 'logits'\]"),
    ):
        with pytest.raises(ModelError, match=message):
            PretrainedEmbedding(model_files[kind], output="nothing", sr=SR).fit(clips)


def test_a_model_of_pictures_is_refused(clips):
    import keras

    model = keras.Sequential([keras.Input((96, 64, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    with pytest.raises(ModelError, match=r"input of shape \(None, 96, 64, 1\); expected a waveform"):
        PretrainedEmbedding(model, sr=SR).fit(clips)


def test_maps_are_averaged_over_their_places(clips):
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((N_SAMPLES, 1)), keras.layers.Conv1D(4, 16, strides=16)])
    expected = [np.asarray(model(windows_of(y)[..., np.newaxis])).mean(axis=(0, 1)) for y in clips]
    assert_allclose(PretrainedEmbedding(model, sr=SR).fit_transform(clips), expected, rtol=1e-4, atol=1e-5)


def test_broken_clips_by_name_or_as_nan(clips, tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    import soundfile

    soundfile.write(tmp_path / "good.wav", clips[1], SR)
    X = [tmp_path / "good.wav", tmp_path / "broken.wav"]
    model = PretrainedEmbedding(hidden_of, sr=SR, window_seconds=0.05)
    with pytest.raises(ValueError, match=r"Clip 1: .*broken.wav"):
        model.fit_transform(X)
    with pytest.warns(UserWarning, match=r"broken.wav"):
        output = model.set_params(on_error="warn").fit_transform(X)
    assert np.isfinite(output[0]).all()
    assert np.isnan(output[1]).all()


def test_no_download_without_a_network_and_a_wrong_file_is_refused(tmp_path, monkeypatch, clips):
    monkeypatch.setenv("SKAUDIO_DATA", str(tmp_path))
    monkeypatch.setattr("skaudio.pretrained._named_models.NAMED_MODELS", {})
    import pooch

    def refuse(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(pooch, "retrieve", refuse)
    with pytest.raises(ModelError, match=r"could not be downloaded \(no route to host\). Put the file"):
        PretrainedEmbedding().fit(clips)
    (tmp_path / "yamnet").mkdir()
    (tmp_path / "yamnet" / "yamnet.tflite").write_bytes(b"something else")
    with pytest.raises(
        ModelError, match=r"yamnet.tflite has SHA-256 .* of YAMNet.*Remove the file to download it again"
    ):
        PretrainedEmbedding().fit(clips)


@needs_yamnet
def test_yamnet_is_what_the_interpreter_says():
    from skaudio.pretrained._tflite import _interpreter

    y = np.random.default_rng(0).standard_normal(31000).astype(np.float32) * 0.1
    interpreter = _interpreter(YAMNET.read_bytes(), preserve=True)
    interpreter.allocate_tensors()
    expected = {112: [], 114: []}
    for start in range(0, 15361, 7680):
        interpreter.set_tensor(0, np.pad(y, (0, 15600))[start : start + 15600])
        interpreter.invoke()
        for tensor, values in expected.items():
            values.append(interpreter.get_tensor(tensor)[0].copy())
    model = PretrainedEmbedding(pooling=None).fit([y])
    assert (model.sr_, model.window_seconds_, model.hop_seconds_) == (16000, 0.975, 0.48)
    assert_array_equal(model.transform([y])[0][:3], expected[112])
    assert_array_equal(clone(model).set_params(output="scores").fit_transform([y])[0][:3], expected[114])


@needs_yamnet
def test_threads_and_processes_hear_the_same():
    X = list(np.random.default_rng(0).standard_normal((6, 20000)).astype(np.float32))
    model = PretrainedEmbedding().fit(X)
    expected = model.transform(X)
    assert_array_equal(model.set_params(n_jobs=2).transform(X), expected)
    assert_array_equal(pickle.loads(pickle.dumps(model)).transform(X), expected)


@needs_yamnet
def test_yamnet_refuses_another_rate():
    with pytest.raises(ValueError, match=r"sr=22050; expected 16000 for model='yamnet'\. Omit sr"):
        PretrainedEmbedding(sr=22050).fit([np.zeros(16000)])


@needs_yamnet
def test_yamnet_knows_its_classes_by_name():
    """Of sounds that ESC-10 has 40 recordings of each, most are given their own name."""
    esc10 = get_data_home() / "esc10"
    if not esc10.is_dir():
        pytest.skip("ESC-10 is not in the data home")
    named = {
        "Dog": "dog",
        "Rain": "rain",
        "Crowing, cock-a-doodle-doo": "rooster",
        "Clock": "clock",
        "Chainsaw": "chainsaw",
    }
    model = PretrainedEmbedding(output="scores", pooling="max").fit(["any.wav"])
    for name, folder in named.items():
        (folder,) = [path for path in esc10.iterdir() if folder in path.name.lower()]
        heard = [name in dict(tags) for tags in model.tags(sorted(folder.glob("*.ogg"))[:8], top=15)]
        assert np.mean(heard) > 0.5, name


@pytest.mark.slow
@needs_yamnet
def test_nothing_heavy_is_imported_for_yamnet_where_litert_is():
    pytest.importorskip("ai_edge_litert")
    code = (
        "import sys, numpy as np; from skaudio.pretrained import PretrainedEmbedding;"
        "PretrainedEmbedding().fit_transform([np.zeros(16000, np.float32)]);"
        "print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@needs_yamnet
def test_both_interpreters_agree(monkeypatch):
    """As far as two versions do: YAMNet's weights are 8 bits, and what they are multiplied by is rounded, too."""
    pytest.importorskip("ai_edge_litert")
    import tensorflow as tf

    from skaudio.pretrained import _opening, _tflite

    if not hasattr(tf.lite, "Interpreter"):
        pytest.skip("this TensorFlow has no interpreter")
    y = [np.sin(2 * np.pi * 440 * np.arange(15600) / 16000).astype(np.float32)]
    small = PretrainedEmbedding().fit_transform(y)[0]
    monkeypatch.setattr(_tflite, "_interpreter_class", lambda: tf.lite.Interpreter)
    _opening._open_file.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        large = PretrainedEmbedding().fit_transform(y)[0]
    _opening._open_file.cache_clear()
    assert small @ large / np.linalg.norm(small) / np.linalg.norm(large) > 0.99


def test_a_long_clip_as_its_parts():
    y = np.random.default_rng(0).standard_normal(SR * 30).astype(np.float32)
    frames = PretrainedEmbedding(hidden_of, sr=SR, window_seconds=0.05, pooling=None).fit_transform([y])[0]
    assert_allclose(frames, hidden_of(y.reshape(-1, N_SAMPLES)), rtol=1e-4, atol=1e-5)


def test_files_of_any_rate_are_resampled(tmp_path):
    import soundfile

    t = np.arange(16000) / 16000
    soundfile.write(tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * 440 * t), 16000)
    frames = PretrainedEmbedding(loudest, sr=SR, window_seconds=0.1, pooling=None).fit_transform(
        [tmp_path / "tone.wav"]
    )
    assert frames.shape == (1, 10, 1)
    assert load(tmp_path / "tone.wav", sr=SR)[0].shape == (8000,)
    assert_allclose(frames, 0.5, atol=0.02)
