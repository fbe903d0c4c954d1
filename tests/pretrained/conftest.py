"""Small models of every format, whose outputs can be worked out by hand."""

import numpy as np
import pytest

N_SAMPLES = 400
RNG = np.random.default_rng(0)
HIDDEN, HIDDEN_BIAS = (
    RNG.standard_normal((N_SAMPLES, 6)).astype(np.float32) / 20,
    np.linspace(-1, 1, 6, dtype=np.float32),
)
SCORES = RNG.standard_normal((6, 3)).astype(np.float32)


def hidden_of(windows):
    """Give what goes into the last dense layer."""
    return np.maximum(windows @ HIDDEN + HIDDEN_BIAS, 0)


def scores_of(windows):
    return hidden_of(windows) @ SCORES


@pytest.fixture(scope="session")
def keras_model():
    import keras

    inputs = keras.Input((N_SAMPLES,))
    hidden = keras.layers.Dense(6, activation="relu", name="hidden")
    scores = keras.layers.Dense(3, use_bias=False, name="scores")
    model = keras.Model(inputs, scores(hidden(inputs)))
    hidden.set_weights([HIDDEN, HIDDEN_BIAS])
    scores.set_weights([SCORES])
    return model


@pytest.fixture(scope="session")
def model_files(keras_model, tmp_path_factory):
    """Save the model in every format."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("models")
    paths = {kind: folder / f"model.{kind}" for kind in ("keras", "h5", "tflite", "onnx")}
    for kind in ("keras", "h5"):
        keras_model.save(paths[kind])
    paths["tflite"].write_bytes(tf.lite.TFLiteConverter.from_keras_model(keras_model).convert())
    paths["onnx"].write_bytes(onnx_model())
    paths["saved_model"] = folder / "saved_model"

    class Served(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, N_SAMPLES], tf.float32)])
        def serve(self, windows):
            hidden = tf.nn.relu(windows @ HIDDEN + HIDDEN_BIAS)
            return {"embeddings": hidden, "logits": hidden @ SCORES}

    served = Served()
    tf.saved_model.save(served, str(paths["saved_model"]), signatures={"serving_default": served.serve})
    return paths


def onnx_model():
    from onnx import TensorProto, helper, numpy_helper

    weights = [("W", HIDDEN), ("b", HIDDEN_BIAS), ("V", SCORES)]
    nodes = [
        helper.make_node("Gemm", ["windows", "W", "b"], ["line"]),
        helper.make_node("Relu", ["line"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "V"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("windows", TensorProto.FLOAT, ["n", N_SAMPLES])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(value, name) for name, value in weights],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()
