"""Registry of named models: sources and input formats."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from skaudio._data_home import get_data_home
from skaudio.pretrained._model_error import ModelError


@dataclass(frozen=True)
class NamedModel:
    """A published model file.

    Attributes
    ----------
    title, licence : str
        Full name, and licence with attribution.
    file : str
        Path in the data home.
    url, sha256 : str
        Address of the download, and its checksum.
    sr : int
        Sampling rate of input waveforms in Hz.
    hop_seconds : float
        Default distance between windows.
    class_list : str
        File of its class names, one per line, in the order of its scores.
    """

    title: str
    licence: str
    file: str
    url: str
    sha256: str
    sr: int
    hop_seconds: float
    class_list: str

    def class_names(self) -> list[str]:
        """Read the names of the classes."""
        return files("skaudio.pretrained").joinpath(self.class_list).read_text(encoding="utf-8").splitlines()


# audioset_classes.txt: the classes of AudioSet (J. F. Gemmeke and others, ICASSP 2017; CC BY 4.0) that YAMNet was
# trained on, which are all but six, in AudioSet's order.
NAMED_MODELS = {
    "yamnet": NamedModel(
        title="YAMNet, a MobileNet trained on 521 classes of AudioSet",
        licence="Apache 2.0, Google",
        file="yamnet/yamnet.tflite",
        url="https://storage.googleapis.com/ai-edge/interpreter-samples/audio_classification/ios/yamnet.tflite",
        sha256="687f226c147a2caab4706fbbab5e9cecb14b9a368264bf61108078b1fddf68f5",
        sr=16000,
        hop_seconds=0.48,
        class_list="audioset_classes.txt",
    )
}


def find_named(model: NamedModel) -> Path:
    """Find a model in the data home, or download it there.

    Parameters
    ----------
    model : NamedModel
        The model.

    Returns
    -------
    Path
        The file. The reader must compare the SHA-256.

    Raises
    ------
    ModelError
        If it is missing and cannot be downloaded.
    """
    path = get_data_home() / model.file
    if not path.is_file():
        _download(model, path)
    return path


def _download(model: NamedModel, path: Path) -> None:
    import pooch

    pooch.get_logger().info("%s. Licence: %s.", model.title, model.licence)
    try:  # pooch renames the file once it is complete and its SHA-256 is verified
        pooch.retrieve(model.url, known_hash=f"sha256:{model.sha256}", fname=path.name, path=path.parent)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{model.title}, could not be downloaded ({error}). Put the file with SHA-256 {model.sha256} at {path}, or "
            f"set the environment variable SKAUDIO_DATA to the folder that contains {model.file!r}."
        ) from error
