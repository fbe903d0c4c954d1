"""Network architectures, described without TensorFlow: small, hashable, and pickled with an estimator."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from skaudio._learning._keras_settings import DEFAULT_SETTINGS, KerasSettings


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Specification of the weights of a network and of its computation.

    Attributes
    ----------
    n_frames : int or None
        Required number of frames per clip; None: any.
    n_channels, n_outputs : int
        Number of channels and of outputs.
    task : {"exclusive", "independent", "regression", "reconstruction", "proxy", "contrastive", "triplet"}
        Type of the outputs: scores of exclusive or independent classes, continuous targets, reconstruction errors, or
        embeddings or scores for a comparison loss.
    keras : KerasSettings
        Precision and other Keras settings to build it with.
    """

    n_frames: int | None
    n_channels: int
    n_outputs: int
    task: str
    keras: KerasSettings = DEFAULT_SETTINGS

    @property
    def named(self) -> str:
        """Return the user's parameter, for error messages."""
        raise NotImplementedError

    @property
    def stride(self) -> int:
        """Return the number that batch lengths are multiples of."""
        raise NotImplementedError

    def build(self) -> Any:
        """Build the uncompiled `keras.Model` with newly initialised weights."""
        raise NotImplementedError

    def view(self, network: Any, view: Any) -> Any:
        """Return a function of the network, from frames and mask to an intermediate output; see `Graph.run`.

        All networks have the views ``("layer", which)``, of a layer by name or index.
        """
        from skaudio._learning.networks import feature_network

        return feature_network(network, view[1])

    by_frame = False  # not annotated, as only some subclasses have it as a field

    def trained_on(self, frames: Any, targets: Any) -> Self:  # noqa: ARG002
        """Return the architecture for training on such frames and targets; the weights are the same."""
        return self

    def training_network(self, network: Any) -> Any:
        """Return the model to train: that returned by `build`, or one that shares its weights."""
        return network

    def width(self, view: Any) -> int:  # noqa: ARG002
        """Return the number of input channels of a view."""
        return self.n_channels

    @property
    def n_trained_channels(self) -> int:
        """Return the number of channels of training frames."""
        return self.n_channels

    @property
    def n_trial_frames(self) -> int:
        """Return the length of clips to test a network on."""
        return self.n_frames or 2 * self.stride


@dataclass(frozen=True, kw_only=True)
class NetworkArchitecture(Architecture):
    """Architecture of a supervised network, with views ``"scores"`` and ``"frames"``.

    Attributes
    ----------
    tower : str or callable
        Name of a tower, ``"plain"``, or a callable that builds a model for clips of equal length.
    settings : tuple of (str, value)
        Parameters of the tower.
    normalize : {"channel", "clip"} or None
        Standardisation of frames.
    pooling : str
        Pooling over time; unused for clips of equal length.
    dropout : float
        Dropout rate of the pooled features.
    by_frame : bool
        Whether it is trained with frame-level targets, without pooling over time.
    """

    tower: str | Callable
    settings: tuple[tuple[str, Any], ...]
    normalize: str | None
    pooling: str
    dropout: float
    by_frame: bool = False

    @property
    def named(self) -> str:
        """Return the user's parameter, for error messages."""
        return f"architecture={self.tower!r}"

    @property
    def stride(self) -> int:
        """Return the number that batch lengths are multiples of."""
        from skaudio._learning.networks import time_stride

        return time_stride(self.tower, dict(self.settings))

    def build(self) -> Any:
        """Build the network."""
        return self._build(self.n_outputs)

    def _build(self, n_outputs: int) -> Any:
        from skaudio._learning.networks import image_network, sequence_network

        common: dict[str, Any] = {
            "n_channels": self.n_channels,
            "n_outputs": n_outputs,
            "task": self.task,
            "normalize": self.normalize,
        }
        if callable(self.tower) or self.n_frames is not None:
            return image_network(self.tower, n_frames=self.n_frames, **common)
        return sequence_network(self.tower, dict(self.settings), pooling=self.pooling, dropout=self.dropout, **common)

    @property
    def pools_time(self) -> bool:
        """Whether frame scores are pooled over time, so that they are also available unpooled."""
        return self.n_frames is None and not callable(self.tower)

    @property
    def n_trial_frames(self) -> int:
        """Return the length of clips to test a network on; user-defined layers may need long ones."""
        return 128 if callable(self.tower) and self.n_frames is None else super().n_trial_frames

    def view(self, network: Any, view: Any) -> Any:
        """Return the whole network, the network without pooling over time, or the network up to a layer."""
        from skaudio._learning.networks import frame_network

        if view == "frames":
            return frame_network(network)
        return network if view == "scores" else super().view(network, view)

    def trained_on(self, frames: Any, targets: Any) -> Self:  # noqa: ARG002
        """Return the architecture without pooling over time for frame-level targets."""
        return replace(self, by_frame=targets[0].ndim == 2)

    def training_network(self, network: Any) -> Any:
        """Return the network, without pooling over time for frame-level targets."""
        from skaudio._learning.networks import frame_training_network

        return frame_training_network(network) if self.by_frame else network


@dataclass(frozen=True, kw_only=True)
class EmbeddingArchitecture(NetworkArchitecture):
    """Architecture of a metric learning network, with the view ``"embedding"``.

    Attributes
    ----------
    tower : str, callable or None
        As in `NetworkArchitecture`; None: the mean of the frames, without trainable weights.
    n_outputs : int
        Number of classes for proxies, else 1.
    embedding_dim : int
        Dimensionality of the embedding.
    unit : bool
        Whether embeddings have unit length in training.
    margin : float
        Margin of the loss.
    """

    tower: str | Callable | None  # type: ignore[assignment]  # only this class accepts None
    embedding_dim: int
    unit: bool
    margin: float

    @property
    def named(self) -> str:
        """Return the user's parameter, for error messages."""
        return f"tower={self.tower!r}"

    @property
    def stride(self) -> int:
        """Return the number that batch lengths are multiples of."""
        return 1 if self.tower is None else super().stride

    def build(self) -> Any:
        """Build the network."""
        from skaudio._learning.networks import embedding_network, mean_network

        if self.tower is None:
            return mean_network(self.n_channels, self.normalize)
        body = self._build(self.embedding_dim)
        return embedding_network(body, unit=self.unit, n_proxies=self.n_outputs if self.task == "proxy" else None)

    def view(self, network: Any, view: Any) -> Any:
        """Return the network up to the embedding, or up to a layer."""
        from skaudio._learning.networks import cut_network

        return cut_network(network, "scores") if view == "embedding" else super().view(network, view)


@dataclass(frozen=True, kw_only=True)
class AutoencoderArchitecture(Architecture):
    """Architecture of an autoencoder.

    Its views are ``"latent"``, ``"errors"``, ``"reconstruction"`` and ``"decode"``, which takes latents as frames.

    Attributes
    ----------
    kind : {"dense", "conv", "recurrent"}
        Type of the layers.
    hidden : tuple of int
        Sizes of the encoder layers.
    latent_dim : int
        Dimensionality of the latent.
    variational : bool
        Whether the latent is sampled in training.
    beta, denoising : float
        Weight of the divergence, and standard deviation of the noise.
    activation, latent_activation : str
        Activation functions of the layers and of the latent.
    from_noisy : bool
        Whether it is trained to denoise: training frames have twice the channels, noisy and clean.
    """

    kind: str
    hidden: tuple[int, ...]
    latent_dim: int
    variational: bool
    beta: float
    denoising: float
    activation: str = "relu"
    latent_activation: str = "linear"
    from_noisy: bool = False

    @property
    def named(self) -> str:
        """Return the user's parameter, for error messages."""
        return f"kind={self.kind!r}"

    @property
    def stride(self) -> int:
        """Return the number that batch lengths are multiples of."""
        return 2 ** len(self.hidden) if self.kind == "conv" else 1

    def build(self) -> Any:
        """Build the network."""
        from skaudio._learning.networks import autoencoder_network

        excluded = {"n_outputs", "task", "keras", "from_noisy"}
        settings = {name: value for name, value in vars(self).items() if name not in excluded}
        return autoencoder_network(**settings)

    def view(self, network: Any, view: Any) -> Any:
        """Return the encoder, the autoencoder up to its squared errors or reconstruction, the decoder, or a layer."""
        from skaudio._learning.networks import cut_network, decoding_network, reconstructing_network

        if view == "decode":
            return decoding_network(network)
        if view == "reconstruction":
            return reconstructing_network(network)
        if view in {"latent", "errors"}:
            return cut_network(network, {"latent": "latent", "errors": "squared_error"}[view])
        return super().view(network, view)

    def width(self, view: Any) -> int:
        """Return the number of input channels of a view."""
        return self.latent_dim if view == "decode" else self.n_channels

    def trained_on(self, frames: Any, targets: Any) -> Self:  # noqa: ARG002
        """Return the architecture for denoising, if frames have twice the channels."""
        return replace(self, from_noisy=frames[0].shape[-1] > self.n_channels)

    def training_network(self, network: Any) -> Any:
        """Return the network, or a denoising one from noisy to clean frames."""
        from skaudio._learning.networks import denoising_network

        return denoising_network(network) if self.from_noisy else network

    @property
    def n_trained_channels(self) -> int:
        """Return the number of channels of training frames."""
        return self.n_channels * (2 if self.from_noisy else 1)
