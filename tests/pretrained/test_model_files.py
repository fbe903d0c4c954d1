"""Model files that cannot be trusted: code within, files that are damaged, numbers that are none."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from tests.pretrained.conftest import N_SAMPLES, scores_of

from skaudio.io import AudioError
from skaudio.pretrained import ModelError, PretrainedEmbedding

SR = 8000


@pytest.fixture
def clips():
    return [np.random.default_rng(seed).standard_normal(2 * N_SAMPLES).astype(np.float32) for seed in range(3)]


def embedding(model, **params):
    return PretrainedEmbedding(model, sr=SR, output="scores", **params)


@pytest.fixture
def files_of_code(tmp_path):
    """Save a model that leaves a mark where it runs."""
    import keras

    inputs = keras.Input((N_SAMPLES,))
    marked = keras.layers.Lambda(
        lambda x: (setattr(__import__("sys"), "a_model_ran_code", True), x)[1], output_shape=(N_SAMPLES,), name="odd"
    )(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3)(marked))
    paths = [tmp_path / "model.h5", tmp_path / "model.keras"]
    for path in paths:
        model.save(path)
    vars(sys).pop("a_model_ran_code", None)
    return paths


def test_code_in_a_keras_file_is_refused_before_it_runs_and_the_way_round_works(files_of_code, clips):
    import keras

    for path in files_of_code:
        with pytest.raises(ModelError, match=r"Layer 'odd' contains Python code.*safe_mode=False") as refused:
            embedding(str(path)).fit(clips)
        assert str(path) in str(refused.value)
        assert not hasattr(sys, "a_model_ran_code")
        trusted = keras.models.load_model(path, compile=False, safe_mode=False)
        assert embedding(trusted).fit_transform(clips).shape == (3, 3)
        del sys.a_model_ran_code


def test_code_as_former_versions_of_keras_wrote_it(model_files, clips, tmp_path):
    """The function of a layer as bytecode, by itself."""
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "old.h5"
    path.write_bytes(model_files["h5"].read_bytes())
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        layer = {"name": "old", "function": ["4wEAAA==\n", None, None], "function_type": "lambda"}
        config["config"]["layers"].insert(1, {"class_name": "Lambda", "config": layer})
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(ModelError, match="Layer 'old' contains Python code"):
        embedding(str(path)).fit(clips)


def test_savedmodels_are_opened_unless_they_are_refused(model_files, clips):
    path = str(model_files["saved_model"])
    assert embedding(path).fit_transform(clips).shape == (3, 3)
    with pytest.raises(ModelError, match=r"SavedModel, which can read and write files.*allow_saved_model=True"):
        embedding(path, allow_saved_model=False).fit(clips)
    assert embedding(str(model_files["h5"]), allow_saved_model=False).fit_transform(clips).shape == (3, 3)


@pytest.mark.parametrize("kind", ["keras", "h5", "tflite", "onnx"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_file_that_is_cut_short_is_named(kind, share, model_files, clips, tmp_path):
    content, path = model_files[kind].read_bytes(), tmp_path / f"cut.{kind}"
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelError, match=str(path)):
        embedding(str(path)).fit(clips)


def test_a_damaged_savedmodel_is_named(model_files, clips, tmp_path):
    path = tmp_path / "model"
    path.mkdir()
    content = (model_files["saved_model"] / "saved_model.pb").read_bytes()
    (path / "saved_model.pb").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=str(path)):
        embedding(str(path)).fit(clips)


def test_an_archive_that_is_no_model(clips, tmp_path):
    path = tmp_path / "notes.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "...")
    with pytest.raises(ModelError, match="notes"):
        embedding(str(path)).fit(clips)


def test_what_a_function_raises_is_its_own(clips):
    def broken(windows):
        raise ZeroDivisionError("of mine")

    with pytest.raises(ZeroDivisionError, match="of mine"):
        embedding(broken, window_seconds=0.05).fit(clips)


def test_numbers_that_are_none_are_named_by_clip_window_and_model(clips):
    def logarithm(windows):
        with np.errstate(divide="ignore"):
            return np.log(np.abs(windows).max(axis=1, keepdims=True))

    silent = [clips[0], np.concatenate([clips[1][:N_SAMPLES], np.zeros(N_SAMPLES, np.float32)])]
    model = embedding(logarithm, window_seconds=N_SAMPLES / SR).fit(silent)
    with pytest.raises(
        AudioError, match=r"Clip 1: model=.*logarithm.* returned NaN or infinity for 1 of 2 windows.*0\.05 s"
    ):
        model.transform(silent)
    model.set_params(on_error="warn")
    with pytest.warns(UserWarning, match="Clip 1"):
        assert np.isfinite(model.transform(silent)).tolist() == [[True], [False]]


@pytest.mark.slow
def test_nothing_is_printed_by_opening_and_running_models(model_files, tmp_path):
    damaged = tmp_path / "damaged.keras"
    damaged.write_bytes(model_files["keras"].read_bytes()[:-100])
    code = f"""
import numpy as np
from skaudio.pretrained import ModelError, PretrainedEmbedding
for path in {[str(path) for path in model_files.values()] + [str(damaged)]}:
    try:
        PretrainedEmbedding(path, sr={SR}, output="scores").fit_transform([np.zeros({N_SAMPLES})])
    except ModelError:
        assert path.endswith("damaged.keras")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.slow
def test_tflite_files_run_in_a_process_forked_from_a_running_tensorflow(model_files):
    pytest.importorskip("ai_edge_litert")
    code = f"""
import multiprocessing
import numpy as np
import tensorflow as tf
from skaudio.pretrained import PretrainedEmbedding
tf.zeros(1) + 1
def run(i):
    model = PretrainedEmbedding({str(model_files["tflite"])!r}, sr={SR}, output="scores")
    return model.fit_transform([np.ones({N_SAMPLES})])
with multiprocessing.get_context("fork").Pool(1) as pool:
    print(pool.apply(run, (0,)).tolist())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240)
    expected = scores_of(np.ones((1, N_SAMPLES), np.float32))
    np.testing.assert_allclose(json.loads(done.stdout), expected, rtol=1e-4, atol=1e-5)
