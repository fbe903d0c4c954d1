"""Training: when it stops, what it leaves alone, what it does again for the same seed."""

import os
import pickle
import random
import subprocess
import sys
import warnings

import joblib
import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, FitFailedWarning, NotFittedError
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_validate
from tests.estimators.conftest import SMALL, SMALL_CNN, SMALL_RNN, make_clips

import skaudio._learning._graphs as graphs
from skaudio.estimators import CNNClassifier, GRUClassifier
from skaudio.nets import ApplyMask


class Counter(keras.callbacks.Callback):
    """A callback that comes to know the network."""

    epochs = 0

    def on_epoch_end(self, epoch, logs=None):
        self.epochs += 1


def test_equal_seeds_give_equal_networks_and_other_seeds_others(clips):
    X, y = clips
    first, second = (CNNClassifier(**SMALL_CNN).fit(X, y).predict_proba(X) for _ in range(2))
    assert_array_equal(first, second)
    other = CNNClassifier(**{**SMALL_CNN, "random_state": 1}).fit(X, y).predict_proba(X)
    assert np.abs(first - other).max() > 1e-3


def test_a_fit_does_not_depend_on_what_was_fitted_before(clips):
    X, y = clips
    settings = {**SMALL_CNN, "mixup": 0.2, "time_shift": 0.1}
    first = CNNClassifier(**settings).fit(X, y)
    expected = first.predict_proba(X)
    CNNClassifier(**{**settings, "random_state": 5}).fit(X[::-1], y)  # the same compiled network
    assert_array_equal(first.predict_proba(X), expected)
    assert_array_equal(CNNClassifier(**settings).fit(X, y).predict_proba(X), expected)


def test_a_random_state_object_is_drawn_from(clips):
    X, y = clips
    state = np.random.RandomState(0)
    first, second = (CNNClassifier(**{**SMALL_CNN, "random_state": state}).fit(X, y).predict_proba(X) for _ in range(2))
    assert np.abs(first - second).max() > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("random_state", [0, None])
def test_the_callers_random_numbers_are_left_alone(random_state, clips):
    X, y = clips

    def states():
        numpy_state = np.random.get_state()  # noqa: NPY002
        return random.getstate(), pickle.dumps(numpy_state), tf.random.uniform([3]).numpy().tolist()

    tf.random.set_seed(3)
    before = states()
    tf.random.set_seed(3)
    model = CNNClassifier(**{**SMALL_CNN, "random_state": random_state}).fit(X, y)
    model.predict(X)
    assert states() == before


def test_early_stopping_keeps_the_best_weights(clips):
    X, y = clips
    groups = np.arange(48) % 2
    settings = {**SMALL_CNN, "epochs": 40, "learning_rate": 0.1, "label_smoothing": 0.0, "schedule": "constant"}
    model = CNNClassifier(early_stopping=True, patience=3, validation_fraction=0.5, **settings)
    model.fit(X, y, groups=groups)
    losses = [log_loss(y[groups == group], model.predict_proba(X[groups == group])) for group in (0, 1)]
    assert model.n_iter_ < 40
    assert model.n_iter_ == np.argmin(model.history_["val_loss"]) + 1 + 3
    # One of the groups was validated by, whole.
    assert min(abs(loss - min(model.history_["val_loss"])) for loss in losses) < 1e-3


@pytest.mark.parametrize(
    ("n_batches", "epochs", "patience"), [(2, 150, 50), (20, 30, 10), (188, 30, 10), (400, 15, 5), (2500, 5, 2)]
)
def test_few_clips_are_gone_through_more_often_and_many_less(n_batches, epochs, patience):
    recipe = CNNClassifier(batch_size=16)._recipe(16 * n_batches - 3, one_epoch=False)
    assert (recipe.epochs, recipe.patience) == (epochs, patience)
    recipe = CNNClassifier(epochs=7, patience=4)._recipe(16 * n_batches, one_epoch=False)
    assert (recipe.epochs, recipe.patience, recipe.schedule) == (7, 4, "cosine")
    recipe = CNNClassifier(epochs=7)._recipe(16 * n_batches, one_epoch=True)
    assert (recipe.epochs, recipe.schedule) == (1, "constant")


@pytest.mark.slow
def test_epochs_by_the_number_of_clips_are_those_trained(clips):
    X, y = clips
    model = CNNClassifier(**{**SMALL_CNN, "epochs": "auto", "filters": 1, "batch_size": 16}).fit(X, y)
    assert model.n_iter_ == 100  # of 3 batches


def test_validation_clips_have_all_classes():
    X, y = make_clips()
    ordered = np.argsort(y)
    seen = []

    class Spy(CNNClassifier):
        def _train(self, learner, examples, recipe, **options):
            seen.append((examples.rows, examples.held_out))
            return super()._train(learner, examples, recipe, **options)

    Spy(early_stopping=True, validation_fraction=0.25, **SMALL_CNN).fit(X[ordered], y[ordered])
    training, validation = seen[0]
    assert sorted([*training, *validation]) == list(range(48))
    assert_array_equal(np.unique(y[ordered][validation], return_counts=True)[1], [4, 4, 4])


def test_groups_come_by_routing():
    import sklearn

    X, y = make_clips()
    X = X.reshape(-1, 1)
    with sklearn.config_context(enable_metadata_routing=True):
        model = CNNClassifier(early_stopping=True, validation_fraction=0.5, **SMALL_CNN).set_fit_request(groups=True)
        results = cross_validate(
            model, X, y, cv=2, params={"groups": np.arange(48) % 4}, return_estimator=True, error_score="raise"
        )
    assert all("val_loss" in fitted.history_ for fitted in results["estimator"])


def test_too_few_clips_to_put_some_aside(clips):
    X, y = clips
    with pytest.raises(ValueError, match=r"early_stopping cannot hold out validation_fraction=0\.1 of 6 clips"):
        CNNClassifier(early_stopping=True, **SMALL_CNN).fit(X[:6], y[:6])


def test_callbacks_are_called_and_stay_the_callers_own(clips):
    X, y = clips
    callback = Counter()
    model = clone(CNNClassifier(callbacks=[callback], **SMALL_CNN)).fit(X, y)
    copied = model.get_params()["callbacks"][0]
    assert callback.epochs == copied.epochs == 0
    assert getattr(copied, "_model", None) is None
    pickle.dumps(model)

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    assert CNNClassifier(callbacks=[Stop()], **SMALL_CNN).fit(X, y).n_iter_ == 1


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_optimizers_by_name(optimizer, clips):
    X, y = clips
    settings = {**SMALL_CNN, "epochs": 10, "schedule": "constant"}
    model = CNNClassifier(optimizer=optimizer, **settings).fit(X, y)
    assert model.history_["loss"][-1] < model.history_["loss"][0]


def test_an_optimizer_that_is_given_is_copied_with_its_own_settings(clips):
    X, y = clips
    given = keras.optimizers.SGD(learning_rate=0.0)
    model = CNNClassifier(optimizer=given, **{**SMALL_CNN, "dropout": 0.0}).fit(X, y)
    assert_allclose(model.history_["loss"], model.history_["loss"][0], rtol=1e-3)  # it learns nothing, as told
    assert not given.built
    clone(model)


def test_an_unknown_optimizer(clips):
    with pytest.raises(ValueError, match="optimizer='nonesuch'; expected the name of a Keras optimizer"):
        CNNClassifier(optimizer="nonesuch", **SMALL_CNN).fit(*clips)


def test_the_cosine_rises_and_falls_to_next_to_nothing(clips):
    X, y = clips
    rates = []

    class Listen(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate))

        def __deepcopy__(self, memo):
            return self

    CNNClassifier(callbacks=[Listen()], **{**SMALL_CNN, "epochs": 10}).fit(X, y)
    assert len(rates) == 30
    assert_allclose(rates[:3], 0.01 * np.array([1, 2, 3]) / 3, rtol=1e-5)
    assert_allclose(rates[3:], 0.01 * (0.5 + 0.5 * np.cos(np.pi * np.arange(27) / 27)), rtol=1e-4)
    rates.clear()
    CNNClassifier(callbacks=[Listen()], **{**SMALL_CNN, "schedule": "constant"}).fit(X, y)
    assert_allclose(rates, 0.01)


def test_verbose_shows_a_progress_bar(clips, capsys):
    CNNClassifier(**SMALL_CNN, verbose=1).fit(*clips)
    assert "Epoch 4/4" in capsys.readouterr().out
    CNNClassifier(**SMALL_CNN).fit(*clips)
    assert capsys.readouterr().out == ""


def test_nothing_is_traced_anew_for_another_fit_or_another_length(clips, monkeypatch):
    X, y = clips
    CNNClassifier(**SMALL_CNN).fit(X, y).predict(X)
    calls = []
    original = ApplyMask.call

    def counted(self, x, present):
        calls.append(1)
        return original(self, x, present)

    monkeypatch.setattr(ApplyMask, "call", counted)
    graphs.build(CNNClassifier(**SMALL_CNN).fit(X, y).learner_.architecture, seed=0)
    to_build = len(calls) // 2  # a fit builds the network once, for new weights
    calls.clear()
    for n_frames, learning_rate in ((5, 0.1), (40, 0.2), (77, 0.3)):
        longer = [np.tile(clip, (9, 1))[:n_frames] for clip in X]
        model = CNNClassifier(**{**SMALL_CNN, "learning_rate": learning_rate, "epochs": 2}).fit(longer, y)
        model.predict(longer)
    assert len(calls) == 3 * to_build


def test_an_array_mapped_from_a_file_is_trained_on_as_it_is(tmp_path):
    X, y = make_clips(ragged=False)
    np.save(tmp_path / "frames.npy", X)
    mapped = np.load(tmp_path / "frames.npy", mmap_mode="r")
    from_file = CNNClassifier(**SMALL_CNN).fit(mapped, y)
    assert_array_equal(from_file.predict_proba(mapped), CNNClassifier(**SMALL_CNN).fit(X, y).predict_proba(X))


@pytest.mark.slow
def test_an_array_larger_than_memory_is_read_batch_by_batch(tmp_path):
    """In a process that may not take as much memory as the array has."""
    resource = pytest.importorskip("resource")
    assert resource
    code = f"""
import numpy as np, resource
frames = np.lib.format.open_memmap({str(tmp_path / "big.npy")!r}, "w+", np.float32, (512, 2048, 128))  # 512 MB
y = np.arange(512) % 2
for i in range(512):
    frames[i] = y[i]
del frames
from skaudio.estimators import CNNClassifier
settings = dict(architecture="lenet", filters=1, depth=1, kernel_size=1, epochs=1, batch_size=8, random_state=0)
CNNClassifier(**settings).fit(np.zeros((8, 2048, 128)), [0, 1] * 4)  # TensorFlow's own
def anonymous():
    return int(open("/proc/self/status").read().split("RssAnon:")[1].split()[0]) / 1024
before = anonymous()
mapped = np.load({str(tmp_path / "big.npy")!r}, mmap_mode="r")
CNNClassifier(**settings).fit(mapped, y)
print(anonymous() - before)
"""
    if not os.path.exists("/proc/self/status"):
        pytest.skip("reads its memory from /proc")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 200


@pytest.mark.slow
def test_importing_takes_no_tensorflow_and_a_fit_leaves_the_environment_as_it_is():
    code = """
import os, sys
from skaudio.estimators import CNNClassifier
assert not {"tensorflow", "keras", "scikeras"} & set(sys.modules)
model = CNNClassifier(epochs=1, architecture="lenet", filters=2)
repr(model), model.get_params(), model.__sklearn_tags__()
assert "tensorflow" not in sys.modules
before = dict(os.environ)
model.fit([[0.0, 1.0], [1.0, 0.0]] * 4, [0, 1] * 4)
assert "tensorflow" in sys.modules
changed = {name for name in {*before, *os.environ} if before.get(name) != os.environ.get(name)}
print(sorted(changed))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    untouched = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os; before = dict(os.environ); import tensorflow;"
            "print(sorted(name for name in {*before, *os.environ} if before.get(name) != os.environ.get(name)))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == untouched.stdout  # what TensorFlow itself sets at its import, nothing more


@pytest.mark.slow
def test_a_search_in_two_processes_finds_what_one_finds(clips):
    X, y = clips
    grid = {"filters": [2, 4], "pooling": ["mean", "max"]}
    searches = [
        GridSearchCV(CNNClassifier(**SMALL_CNN), grid, cv=2, n_jobs=n_jobs, error_score="raise").fit(X, y)
        for n_jobs in (1, 2)
    ]
    assert_allclose(searches[0].cv_results_["mean_test_score"], searches[1].cv_results_["mean_test_score"])


@pytest.mark.slow
def test_a_worker_takes_no_more_threads_than_it_is_due():
    code = """
from skaudio._learning._learner import _graphs
_graphs()
import tensorflow as tf
print(tf.config.threading.get_intra_op_parallelism_threads(), tf.config.threading.get_inter_op_parallelism_threads())
"""
    due = {**os.environ, "OMP_NUM_THREADS": "3"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=due)
    assert done.stdout.split() == ["3", "3"]


def test_fits_in_threads_do_not_meddle_with_one_another(clips):
    X, y = clips
    settings = [{**SMALL_CNN, "random_state": seed} for seed in range(4)]
    alone = [CNNClassifier(**each).fit(X, y).predict_proba(X) for each in settings]

    def fit_and_predict(each):
        return CNNClassifier(**each).fit(X, y).predict_proba(X)

    together = joblib.Parallel(n_jobs=4, backend="threading")(joblib.delayed(fit_and_predict)(s) for s in settings)
    for expected, found in zip(alone, together, strict=True):
        assert_allclose(found, expected, atol=1e-6)


class Stop(keras.callbacks.Callback):
    """The stop button of a notebook, at a given moment of the training."""

    def __init__(self, moment):
        super().__init__()
        setattr(self, moment, self.stop)

    def stop(self, *args, **kwargs):
        raise KeyboardInterrupt


@pytest.mark.parametrize("moment", ["on_train_begin", "on_train_batch_end", "on_epoch_end", "on_train_end"])
@pytest.mark.parametrize("warm_start", [False, True])
def test_an_interrupted_refit_leaves_the_network_as_it_was(moment, warm_start, clips):
    X, y = clips
    model = CNNClassifier(**SMALL_CNN, warm_start=warm_start).fit(X, y)
    expected, classes = model.predict_proba(X), model.classes_
    further = clone(model).fit(X, y).fit(X, y).predict_proba(X)
    model.set_params(callbacks=[Stop(moment)])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y if warm_start else np.char.add(y, "s"))
    assert_array_equal(model.classes_, classes)
    assert_array_equal(model.predict_proba(X), expected)
    assert_array_equal(model.set_params(callbacks=None).fit(X, y).predict_proba(X), further if warm_start else expected)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["_make_steps", "weights"])
def test_a_graph_whose_compilation_is_interrupted_is_none_of_another_optimizer(step, clips, monkeypatch):
    X, y = clips
    model = CNNClassifier(**SMALL_CNN).fit(X, y)
    expected = model.predict_proba(X)
    with monkeypatch.context() as patched:
        patched.setattr(graphs.Graph, step, Stop("on_train_end").stop)
        with pytest.raises(KeyboardInterrupt):
            CNNClassifier(**SMALL_CNN, optimizer="sgd").fit(X, y)
    assert_array_equal(model.predict_proba(X), expected)
    assert_array_equal(clone(model).fit(X, y).predict_proba(X), expected)


def test_weights_that_are_put_in_halfway_are_put_in_again(clips, monkeypatch):
    X, y = clips
    one, other = (CNNClassifier(**{**SMALL_CNN, "random_state": seed}).fit(X, y) for seed in (0, 1))
    expected = one.predict_proba(X)
    graph = graphs.graph_of(one.learner_.architecture)
    put_in = graph.network.set_weights

    def interrupted(weights):
        put_in(weights)
        raise KeyboardInterrupt

    monkeypatch.setattr(graph.network, "set_weights", interrupted)
    with pytest.raises(KeyboardInterrupt):
        other.predict(X)
    monkeypatch.undo()
    assert_array_equal(one.predict_proba(X), expected)


def test_training_that_diverges_at_once_fails(clips):
    model = CNNClassifier(**{**SMALL_CNN, "learning_rate": 1e30}, optimizer="sgd")
    with pytest.raises(ValueError, match=r"diverged in epoch 1.*smaller learning_rate"):
        model.fit(*clips)
    with pytest.raises(NotFittedError):
        model.predict(clips[0])
    search = GridSearchCV(model, {"learning_rate": [1e-3, 1e30]}, cv=2)
    with pytest.warns(FitFailedWarning, match="diverged"):
        search.fit(*clips)
    assert_array_equal(np.isnan(search.cv_results_["mean_test_score"]), [False, True])


@pytest.mark.parametrize("early_stopping", [False, True])
def test_training_that_diverges_later_keeps_the_best_weights(clips, early_stopping):
    class Explosion(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 3:
                self.model.weights[-1].assign(np.full(self.model.weights[-1].shape, np.nan))

    X, y = clips
    model = CNNClassifier(**{**SMALL_CNN, "epochs": 6, "schedule": "constant"}, early_stopping=early_stopping)
    with pytest.warns(ConvergenceWarning, match=r"diverged in epoch 4.*weights of epoch [123], .*are kept"):
        model.set_params(callbacks=[Explosion()]).fit(X, y)
    assert model.n_iter_ == 4
    assert np.isfinite(model.predict_proba(X)).all()
    three = clone(model).set_params(callbacks=None, epochs=3).fit(X, y)
    assert_allclose(model.history_["loss"][:3], three.history_["loss"])
    model.warm_start = True
    assert np.isfinite(model.set_params(callbacks=None).fit(X, y).predict_proba(X)).all()


def test_what_is_too_large_for_a_network_is_named(clips):
    X, y = clips
    model = CNNClassifier(**SMALL_CNN).fit(X, y)
    with pytest.raises(ValueError, match=r"Clip 0: .* not finite.*smaller learning_rate"):
        model.predict([np.full_like(X[0], 3e38)])


class TestPickles:
    """What is kept of a fitted network."""

    @pytest.mark.slow
    @pytest.mark.parametrize("model", [CNNClassifier(**SMALL_CNN), GRUClassifier(**SMALL_RNN)])
    def test_a_pickle_is_as_large_as_the_weights(self, model, clips):
        model = clone(model).set_params(**({"filters": 32} if hasattr(model, "filters") else {"units": 64})).fit(*clips)
        n_bytes = 4 * model.model_.count_params()
        assert len(pickle.dumps(model)) < 1.1 * n_bytes + 5000

    @pytest.mark.slow
    def test_a_new_process_predicts_the_same_to_the_last_bit(self, clips, tmp_path):
        X, y = clips
        model = CNNClassifier(**SMALL_CNN).fit(X, y)
        joblib.dump((model, X, model.predict_proba(X)), tmp_path / "model.joblib")
        code = f"""
import joblib, numpy as np
model, X, expected = joblib.load({str(tmp_path / "model.joblib")!r})
assert np.array_equal(model.predict_proba(X), expected)
"""
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)

    def test_training_goes_on_after_a_pickle_as_without_one(self, clips):
        X, y = clips
        model = CNNClassifier(warm_start=True, **SMALL_CNN).fit(X, y)
        copy = pickle.loads(pickle.dumps(model))
        assert_array_equal(copy.fit(X, y).predict_proba(X), model.fit(X, y).predict_proba(X))


def test_the_network_is_there_to_look_at(clips, capsys):
    X, y = clips
    model = CNNClassifier(**SMALL_CNN).fit(X, y)
    network = model.model_
    assert isinstance(network, keras.Model)
    assert model.model_ is network
    clip = X[0][:4]
    scores = network({"frames": clip[np.newaxis], "mask": np.ones((1, 4), bool)})
    assert_allclose(scores, model.decision_function([clip]), atol=1e-5)
    before = model.predict_proba(X)
    network.set_weights([0 * weight for weight in network.get_weights()])
    assert_array_equal(model.predict_proba(X), before)  # it is a network of its own
    model.summary()
    assert "time_pooling" in capsys.readouterr().out


def test_history_is_a_dict_of_lists(clips):
    history = CNNClassifier(**SMALL_CNN).fit(*clips).history_
    assert type(history) is dict
    assert set(history) == {"loss", "accuracy"}
    assert all(type(values) is list and len(values) == SMALL["epochs"] for values in history.values())


@pytest.mark.slow
def test_no_warning_of_ours_or_of_keras_in_a_fit(clips):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        CNNClassifier(**SMALL_CNN).fit(*clips).predict(clips[0])
        GRUClassifier(**SMALL_RNN).fit(*clips).predict(clips[0])
