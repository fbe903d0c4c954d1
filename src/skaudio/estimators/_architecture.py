"""What a network looks like, said without TensorFlow: small, hashable, and pickled with an estimator."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from skaudio.estimators._keras_settings import DEFAULT_SETTINGS, KerasSettings


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """All that decides which weights a network has, and what it computes from them.

    Attributes
    ----------
    n_frames : int or None
        Length that clips must have; None: any.
    n_channels, n_outputs : int
        Size of a frame and number of outputs.
    task : {"exclusive", "independent", "regression", "reconstruction", "proxy", "contrastive", "triplet"}
        What the outputs are: scores of classes that exclude one another or do not, numbers, errors, or what clips are
        compared by.
    keras : KerasSettings
        Precision and other settings of Keras that it is built by.
    """

    n_frames: int | None
    n_channels: int
    n_outputs: int
    task: str
    keras: KerasSettings = DEFAULT_SETTINGS

    @property
    def named(self) -> str:
        """Say how a user asked for it."""
        raise NotImplementedError

    @property
    def stride(self) -> int:
        """Tell what the length of a batch is a multiple of."""
        raise NotImplementedError

    def build(self) -> Any:
        """Build the `keras.Model`, not compiled, with fresh weights."""
        raise NotImplementedError

    def view(self, network: Any, view: Any) -> Any:
        """Give a function of the network, from frames and mask to something on the way; see `Graph.run`."""
        raise NotImplementedError

    by_frame: ClassVar[bool] = False

    @property
    def fitted(self) -> Self:
        """Give the architecture of what predicts, once it is trained: the weights are the same."""
        return self

    def trained(self, network: Any) -> Any:
        """Give the model that is trained, of what `build` gave: the same, or one that shares its weights."""
        return network

    def width(self, view: Any) -> int:  # noqa: ARG002
        """Tell how many channels a view takes."""
        return self.n_channels

    @property
    def n_trained_channels(self) -> int:
        """Tell how many channels a frame of training has."""
        return self.n_channels

    @property
    def n_trial_frames(self) -> int:
        """Return the length of clips to try a network on."""
        return self.n_frames or 2 * self.stride


@dataclass(frozen=True, kw_only=True)
class NetworkArchitecture(Architecture):
    """Of a network that learns from targets. Its views are ``"scores"``, ``"frames"`` and ``("layer", which)``.

    Attributes
    ----------
    tower : str or callable
        Name of a tower in `skaudio.nets`, ``"plain"``, or what builds a model for clips of one length.
    settings : tuple of (str, value)
        Parameters of the tower.
    normalize : {"channel", "clip"} or None
        How frames are standardised.
    pooling : str
        How time is pooled; not used where clips are of one length.
    dropout : float
        Share of the pooled features that is left out in training.
    by_frame : bool
        Whether it is trained by a target for each frame, and not pooled over time for that.
    """

    tower: str | Callable
    settings: tuple[tuple[str, Any], ...]
    normalize: str | None
    pooling: str
    dropout: float
    by_frame: bool = False

    @property
    def named(self) -> str:
        """Say how a user asked for it."""
        return f"architecture={self.tower!r}"

    @property
    def stride(self) -> int:
        """Tell what the length of a batch is a multiple of."""
        from skaudio.nets import time_stride

        return time_stride(self.tower, dict(self.settings))

    def build(self) -> Any:
        """Build the network."""
        return self._build(self.n_outputs)

    def _build(self, n_outputs: int) -> Any:
        from skaudio.nets import image_network, sequence_network

        common = {
            "n_channels": self.n_channels,
            "n_outputs": n_outputs,
            "task": self.task,
            "normalize": self.normalize,
        }
        if not self.pools_time:
            return image_network(self.tower, n_frames=self.n_frames, **common)
        return sequence_network(self.tower, dict(self.settings), pooling=self.pooling, dropout=self.dropout, **common)

    @property
    def pools_time(self) -> bool:
        """Whether scores of frames are pooled over time, so that they can be had without."""
        return self.n_frames is None and not callable(self.tower)

    @property
    def n_trial_frames(self) -> int:
        """Return the length of clips to try a network on; user-defined layers may need many."""
        return 128 if callable(self.tower) and self.n_frames is None else super().n_trial_frames

    def view(self, network: Any, view: Any) -> Any:
        """Give the whole network; the network without its pooling over time; or the network up to a layer."""
        from skaudio.nets import feature_network, frame_network

        if view == "frames":
            return frame_network(network)
        return network if view == "scores" else feature_network(network, view[1])

    @property
    def fitted(self) -> Self:
        """Give the same, with its pooling over time."""
        return replace(self, by_frame=False)

    def trained(self, network: Any) -> Any:
        """Give the network, without its pooling over time if each frame has a target."""
        from skaudio.nets import frame_training_network

        return frame_training_network(network) if self.by_frame else network


@dataclass(frozen=True, kw_only=True)
class EmbeddingArchitecture(NetworkArchitecture):
    """Of a network that learns by comparison, whose only view is ``"embedding"``.

    Attributes
    ----------
    tower : str, callable or None
        As in `NetworkArchitecture`; None: the mean of the frames, and nothing to learn.
    n_outputs : int
        Number of classes, for proxies; else 1.
    embedding_dim : int
        Size of the embedding.
    unit : bool
        Whether embeddings have unit length in training.
    margin : float
        Of the loss.
    """

    embedding_dim: int
    unit: bool
    margin: float

    @property
    def named(self) -> str:
        """Say how a user asked for it."""
        return f"tower={self.tower!r}"

    @property
    def stride(self) -> int:
        """Tell what the length of a batch is a multiple of."""
        return 1 if self.tower is None else super().stride

    def build(self) -> Any:
        """Build the network."""
        from skaudio.nets import embedding_network, mean_network

        if self.tower is None:
            return mean_network(self.n_channels, self.normalize)
        body = self._build(self.embedding_dim)
        return embedding_network(body, unit=self.unit, n_proxies=self.n_outputs if self.task == "proxy" else None)

    def view(self, network: Any, view: Any) -> Any:  # noqa: ARG002
        """Give the network up to the embedding."""
        from skaudio.nets import cut_network

        return cut_network(network, "scores")


@dataclass(frozen=True, kw_only=True)
class AutoencoderArchitecture(Architecture):
    """Of an autoencoder.

    Its views are ``"latent"``, ``"errors"``, ``"reconstruction"`` and ``"decode"``, which takes latents for frames.

    Attributes
    ----------
    kind : {"dense", "conv", "recurrent"}
        What it is made of.
    hidden : tuple of int
        Widths of the layers between frames and latent.
    latent_dim : int
        Size of the latent.
    variational : bool
        Whether the latent is drawn.
    beta, denoising : float
        Weight of the divergence, and noise.
    activation, latent_activation : str
        Of the layers, and of the latent.
    from_noisy : bool
        Whether it is trained to make clean frames of noisy ones: frames of training have twice the channels.
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
        """Say how a user asked for it."""
        return f"kind={self.kind!r}"

    @property
    def stride(self) -> int:
        """Tell what the length of a batch is a multiple of."""
        return 2 ** len(self.hidden) if self.kind == "conv" else 1

    def build(self) -> Any:
        """Build the network."""
        from skaudio.nets import autoencoder_network

        apart = {"n_outputs", "task", "keras", "from_noisy"}
        settings = {name: value for name, value in vars(self).items() if name not in apart}
        return autoencoder_network(**settings)

    def view(self, network: Any, view: Any) -> Any:
        """Give the encoder, the encoder and the decoder up to their squared errors or to frames, or the decoder."""
        from skaudio.nets import cut_network, decoding_network, reconstructing_network

        if view in {"decode", "reconstruction"}:
            return decoding_network(network) if view == "decode" else reconstructing_network(network)
        return cut_network(network, {"latent": "latent", "errors": "squared_error"}[view])

    def width(self, view: Any) -> int:
        """Tell how many channels a view takes."""
        return self.latent_dim if view == "decode" else self.n_channels

    @property
    def fitted(self) -> Self:
        """Give the architecture of what predicts."""
        return replace(self, from_noisy=False)

    def trained(self, network: Any) -> Any:
        """Give the network, or one from noisy frames to clean ones."""
        from skaudio.nets import denoising_network

        return denoising_network(network) if self.from_noisy else network

    @property
    def n_trained_channels(self) -> int:
        """Tell how many channels a frame of training has."""
        return self.n_channels * (2 if self.from_noisy else 1)
