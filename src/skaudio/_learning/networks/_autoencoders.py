"""Autoencoders: from frames to a latent vector per clip and back.

An encoder maps standardised frames ``(n_clips, n_frames, n_channels)`` and their mask to features
``(n_clips, n_features)``; a decoder maps latents ``(n_clips, latent_dim)`` and the mask of the output clips to frames.
Only the latent is passed between them; it need not encode the length of a clip.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import layers

from skaudio._learning.networks._supervised import standardized_inputs
from skaudio.nets import (
    ApplyMask,
    Broadcast,
    ClipMean,
    Divergence,
    NormalDraw,
    ShortenMask,
    SquaredError,
    TimeCode,
    TimePooling,
    full_precision,
)

KERNEL_SIZE = 5  # time steps of a convolution kernel
N_SCALES = 2  # leading weights of a network: mean and deviation of the channels


def autoencoder_network(
    kind: str,
    *,
    hidden: Sequence[int],
    latent_dim: int,
    n_frames: int | None,
    n_channels: int,
    variational: bool,
    beta: float,
    denoising: float,
    activation: str = "relu",
    latent_activation: str = "linear",
) -> keras.Model:
    """Build an autoencoder that outputs the loss to minimise.

    Parameters
    ----------
    kind : {"dense", "conv", "recurrent"}
        Type of the encoder and decoder layers.
    hidden : sequence of int
        Sizes of the encoder layers; the decoder mirrors them.
    latent_dim : int
        Dimensionality of the latent.
    n_frames : int or None
        Required number of frames per clip, for ``"dense"``; else None.
    n_channels : int
        Number of channels.
    variational : bool
        Whether the latent is sampled from a normal distribution that the encoder predicts [1]_.
    beta : float
        Weight of the divergence of that distribution from the standard normal one [2]_.
    denoising : float
        Standard deviation of noise added to the encoder input in training, in units of those of the channels [3]_.
    activation, latent_activation : str, default="relu", "linear"
        Keras names of the activation functions of the encoder and decoder layers, except recurrent ones, and of the
        latent; a sampled latent is linear.

    Returns
    -------
    keras.Model
        Uncompiled model from ``"frames"`` and ``"mask"`` to ``(n_clips, 1)``: mean squared error of the standardised
        frames, plus, if variational, the divergence in the same unit. It always has the layers ``"standardization"``,
        ``"latent"``, ``"decoder"`` (a model on ``"latent"`` and ``"mask"``) and ``"squared_error"``.

    References
    ----------
    .. [1] D. Kingma and M. Welling, "Auto-encoding variational Bayes", International Conference on Learning
       Representations, 2014.
    .. [2] I. Higgins et al., "beta-VAE: learning basic visual concepts with a constrained variational framework",
       International Conference on Learning Representations, 2017.
    .. [3] P. Vincent et al., "Stacked denoising autoencoders: learning useful representations in a deep network with a
       local denoising criterion", Journal of Machine Learning Research 11, 2010.
    """
    inputs, frames = standardized_inputs(n_channels, "channel")
    mask, x = inputs["mask"], frames
    if denoising:
        x = ApplyMask(name="noisy")(layers.GaussianNoise(denoising, dtype=full_precision(), name="noise")(x), mask)
    x = ENCODERS[kind](x, mask, hidden=hidden, n_frames=n_frames, activation=activation)
    if variational:
        mean, log_variance = (
            layers.Dense(latent_dim, dtype=full_precision(), name=name)(x) for name in ("mean", "log_variance")
        )
        latent = NormalDraw(name="latent")(mean, log_variance)
    else:
        latent = layers.Dense(latent_dim, activation=latent_activation, dtype=full_precision(), name="latent")(x)
    decoder = _decoder(
        kind, hidden=hidden, latent_dim=latent_dim, n_frames=n_frames, n_channels=n_channels, activation=activation
    )
    errors = SquaredError(name="squared_error")(frames, decoder({"latent": latent, "mask": mask}), mask)
    error = ClipMean(name="error")(errors, mask)
    if variational:
        error = layers.Add(dtype=full_precision(), name="bound")(
            [error, Divergence(beta, name="divergence")(mean, log_variance, errors, mask)]
        )
    return keras.Model(inputs, error, name=f"{kind}_autoencoder")


def reconstructing_network(network: keras.Model) -> keras.Model:
    """Return the model that reconstructs frames in their original unit."""
    reconstruction = network.get_layer("decoder")(
        {"latent": network.get_layer("latent").output, "mask": network.input["mask"]}
    )
    return keras.Model(network.input, network.get_layer("standardization").restore(reconstruction))


def denoising_network(network: keras.Model) -> keras.Model:
    """Return a network that trains another, whose weights it shares, to denoise frames.

    Its ``"frames"`` have twice the channels: those of the noisy frames, then those of the clean ones. Its output is the
    error between the reconstruction of the noisy frames and the clean ones.
    """
    n_channels = network.input["frames"].shape[-1]
    inputs = {
        "frames": layers.Input((None, 2 * n_channels), name="frames"),
        "mask": layers.Input((None,), dtype="bool", name="mask"),
    }
    mask, standardize = inputs["mask"], network.get_layer("standardization")
    noisy, clean = inputs["frames"][..., :n_channels], inputs["frames"][..., n_channels:]
    names = [layer.name for layer in network.layers if layer.name in {"latent", "mean", "log_variance"}]
    encoder = keras.Model(network.input, {name: network.get_layer(name).output for name in names})
    code = encoder({"frames": noisy, "mask": mask})
    reconstruction = network.get_layer("decoder")({"latent": code["latent"], "mask": mask})
    errors = network.get_layer("squared_error")(standardize(clean, mask), reconstruction, mask)
    error = network.get_layer("error")(errors, mask)
    if "mean" in code:
        divergence = network.get_layer("divergence")(code["mean"], code["log_variance"], errors, mask)
        error = network.get_layer("bound")([error, divergence])
    return keras.Model(inputs, error, name="denoising")


def decoding_network(network: keras.Model) -> keras.Model:
    """Return the decoder, from ``"frames"``, latents as one-frame clips, and ``"mask"`` to frames."""
    latent_dim = network.get_layer("latent").output.shape[-1]
    inputs = {
        "frames": layers.Input((None, latent_dim), name="frames"),
        "mask": layers.Input((None,), dtype="bool", name="mask"),
    }
    frames = network.get_layer("decoder")({"latent": inputs["frames"][:, 0], "mask": inputs["mask"]})
    return keras.Model(inputs, network.get_layer("standardization").restore(frames))


def grown_weights(outer: Sequence[Any], fresh: Sequence[Any]) -> list[Any]:
    """Copy to a dense autoencoder the layers of one that lacks the innermost ones, around the latent."""
    n_outer = (len(outer) - N_SCALES) // 2
    return [*outer[: N_SCALES + n_outer], *fresh[N_SCALES + n_outer : -n_outer], *outer[-n_outer:]]


def _dense_encoder(x: Any, _: Any, *, hidden: Sequence[int], n_frames: int, activation: str) -> Any:
    x = layers.Reshape((n_frames * x.shape[-1],), name="flat")(x)
    for i, units in enumerate(hidden):
        x = layers.Dense(units, activation=activation, name=f"encoder_{i}")(x)
    return x


def _conv_encoder(x: Any, mask: Any, *, hidden: Sequence[int], activation: str, **_: Any) -> Any:
    x = layers.Concatenate(name="where_and_what")([x, TimeCode(name="encoder_time")(mask)])
    for i, filters in enumerate(hidden):
        x = layers.Conv1D(
            filters,
            KERNEL_SIZE,
            2,
            padding="same",
            activation=activation,
            data_format="channels_last",
            name=f"encoder_{i}",
        )(x)
        mask = ShortenMask(2, name=f"mask_{i}")(mask)
        x = ApplyMask(name=f"masked_{i}")(x, mask)
    return TimePooling("mean_max", name="time_pooling")(x, mask)


def _recurrent_encoder(x: Any, mask: Any, *, hidden: Sequence[int], **_: Any) -> Any:
    for i, units in enumerate(hidden):
        layer = layers.GRU(units, return_sequences=True, name=f"encoder_{i}")
        x = layers.Bidirectional(layer, name=f"encoder_both_ways_{i}")(x, mask=mask)
    return TimePooling("last", bidirectional=bool(hidden), name="time_pooling")(x, mask)


def _dense_decoder(
    latent: Any, mask: Any, *, hidden: Sequence[int], n_frames: int, n_channels: int, activation: str
) -> Any:
    x = latent
    for i, units in reversed(list(enumerate(hidden))):
        x = layers.Dense(units, activation=activation, name=f"decoder_{i}")(x)
    x = layers.Reshape((n_frames, n_channels), name="frames")(layers.Dense(n_frames * n_channels, name="output")(x))
    return ApplyMask(name="masked_frames")(x, mask)  # without effect, but some versions of Keras reject unused inputs


def _conv_decoder(latent: Any, mask: Any, *, hidden: Sequence[int], n_channels: int, activation: str, **_: Any) -> Any:
    x = _broadcast_latent(latent, mask)
    for i, filters in reversed(list(enumerate(hidden))):
        x = layers.Conv1D(
            filters,
            KERNEL_SIZE,
            padding="same",
            activation=activation,
            data_format="channels_last",
            name=f"decoder_{i}",
        )(x)
        x = ApplyMask(name=f"masked_{i}")(x, mask)
    return layers.Conv1D(n_channels, KERNEL_SIZE, padding="same", data_format="channels_last", name="output")(x)


def _recurrent_decoder(latent: Any, mask: Any, *, hidden: Sequence[int], n_channels: int, **_: Any) -> Any:
    x = _broadcast_latent(latent, mask)
    for i, units in reversed(list(enumerate(hidden))):
        layer = layers.GRU(units, return_sequences=True, name=f"decoder_{i}")
        x = layers.Bidirectional(layer, name=f"decoder_both_ways_{i}")(x, mask=mask)
    return layers.Dense(n_channels, name="output")(x)


ENCODERS: dict[str, Callable] = {"dense": _dense_encoder, "conv": _conv_encoder, "recurrent": _recurrent_encoder}
DECODERS: dict[str, Callable] = {"dense": _dense_decoder, "conv": _conv_decoder, "recurrent": _recurrent_decoder}


def _decoder(kind: str, *, latent_dim: int, **settings: Any) -> keras.Model:
    inputs = {
        "latent": layers.Input((latent_dim,), name="latent"),
        "mask": layers.Input((None,), dtype="bool", name="mask"),
    }
    return keras.Model(inputs, DECODERS[kind](inputs["latent"], inputs["mask"], **settings), name="decoder")


def _broadcast_latent(latent: Any, mask: Any) -> Any:
    """Concatenate the latent and a time code at every frame: a spatial broadcast decoder over time [1]_.

    References
    ----------
    .. [1] N. Watters et al., "Spatial broadcast decoder: a simple architecture for learning disentangled
       representations in VAEs", 2019.
    """
    time = TimeCode(name="decoder_time")(mask)
    return layers.Concatenate(name="where_and_what")([Broadcast(name="broadcast")(latent, mask), time])
