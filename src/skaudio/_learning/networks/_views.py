"""Networks that share the weights of others: up to a layer, without pooling over time, or with an additional output."""

from typing import Any

import keras

from skaudio.nets import StepsAsRows


def frame_network(network: keras.Model) -> keras.Model:
    """Remove the pooling over time of a network: scores ``(n_clips, n_steps, n_outputs)`` of each step.

    Parameters
    ----------
    network : keras.Model
        Network from `sequence_network`, whose weights are shared.

    Returns
    -------
    keras.Model
        Network with the same inputs.
    """
    pooling = network.get_layer("time_pooling")
    features = pooling.input[0]
    x = pooling.frame_by_frame(features)
    for layer in network.layers[network.layers.index(pooling) + 1 :]:
        x = layer(x)
    return keras.Model(network.input, x)


def frame_training_network(network: keras.Model) -> keras.Model:
    """Remove the pooling over time and concatenate the steps of all clips: ``(n_clips * n_steps, n_outputs)``.

    Parameters
    ----------
    network : keras.Model
        Network from `sequence_network`, whose weights are shared.

    Returns
    -------
    keras.Model
        Network with the same inputs.
    """
    by_frame = frame_network(network)
    return keras.Model(by_frame.input, StepsAsRows(name="scores_of_steps")(by_frame.output))


def cut_network(network: keras.Model, layer: str) -> keras.Model:
    """Truncate a network after the named layer; weights are shared."""
    return keras.Model(network.input, network.get_layer(layer).output)


def feature_network(network: keras.Model, layer: str | int | None) -> keras.Model:
    """Truncate a network after one of its layers.

    Parameters
    ----------
    network : keras.Model
        Network from `sequence_network` or `image_network`, whose weights are shared.
    layer : str, int or None
        Name of the layer, or its index in ``network.layers`` (for an image network, in those of the inner model). None:
        the input of the last layer with weights.

    Returns
    -------
    keras.Model
        Network with the same inputs.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    body = body_of(network)
    if layer is not None:
        output = _find_layer(body or network, layer).output
    else:
        output = network.get_layer("embedding").output if body is None else body.layers[-1].input
    if body is None:
        return keras.Model(network.input, output)
    frames = network.get_layer("image_frames").output
    return keras.Model(network.input, on_frames(keras.Model(body.input, output), frames, network.input["mask"]))


def watched_network(network: keras.Model, layer: str | int) -> keras.Model:
    """Return a network that also outputs the activations of one of its layers.

    Parameters
    ----------
    network : keras.Model
        Network from `sequence_network` or `image_network`, whose weights are shared.
    layer : str or int
        See `feature_network`.

    Returns
    -------
    keras.Model
        Network from the same inputs to the layer's output and the scores.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    body = body_of(network)
    if body is None:
        return keras.Model(network.input, [_find_layer(network, layer).output, network.output])
    inner = keras.Model(body.input, [_find_layer(body, layer).output, body.output])
    activations, x = on_frames(inner, network.get_layer("image_frames").output, network.input["mask"])
    for outer in network.layers[network.layers.index(body) + 1 :]:
        x = outer(x)
    return keras.Model(network.input, [activations, x])


def body_of(network: keras.Model) -> keras.Model | None:
    """Return the inner model of a network from `image_network`; None for others, such as decoders of autoencoders."""
    if all(layer.name != "image_frames" for layer in network.layers):
        return None
    return next(inner for inner in network.layers if isinstance(inner, keras.Model))


def on_frames(body: keras.Model, frames: Any, mask: Any) -> Any:
    """Call a model on frames, with their mask if their number varies."""
    if body.input_shape[1] is not None:
        return body(frames)
    # The mask applies to the inner layers, not to the output. Keras warns unless this is declared.
    body.supports_masking, body.compute_mask = True, lambda inputs, previous_mask: None  # noqa: ARG005
    return body(frames, mask=mask)


def _find_layer(network: keras.Model, layer: str | int) -> Any:
    names = [candidate.name for candidate in network.layers]
    if isinstance(layer, str) and layer in names:
        return network.get_layer(layer)
    if not isinstance(layer, str) and -len(names) <= layer < len(names):
        return network.layers[layer]
    raise ValueError(f"layer={layer!r}; expected the name or index of one of the layers {names}.")
