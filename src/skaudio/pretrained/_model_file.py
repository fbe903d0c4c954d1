"""Model files as values: their bytes, or their location and checksum."""

import hashlib
import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from zipfile import BadZipFile, ZipFile, ZipInfo

from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._named_models import NAMED_MODELS, find_named

FORMATS = "TFLite (.tflite), Keras (.keras, .h5), SavedModel (a folder with saved_model.pb) or ONNX (.onnx)"


@dataclass(frozen=True)
class ModelFile:
    """A model file that was read once; files with equal bytes are equal.

    Attributes
    ----------
    name : str
        Name of a known model, or path.
    sha256 : str
        Checksum of its bytes; of a SavedModel, of the packed files in its folder.
    content : bytes or None
        Its bytes; None: they are read from `name` when needed.
    """

    name: str = field(compare=False)
    sha256: str
    content: bytes | None = field(compare=False, repr=False)

    @classmethod
    def read(cls, name: str | os.PathLike, *, keep: bool) -> Self:
        """Read a file; `keep` its bytes or only the checksum.

        Raises
        ------
        ModelError
            If there is no such file, or if a named model has another checksum.
        """
        name = os.fspath(name)
        content = _content(name)
        sha256 = hashlib.sha256(content).hexdigest()
        named_model = NAMED_MODELS.get(name)
        if named_model is not None and named_model.sha256 != sha256:
            raise ModelError(
                f"{find_named(named_model)} has SHA-256 {sha256}; expected {named_model.sha256}, of "
                f"{named_model.title}. Remove the file to download it again."
            )
        return cls(name, sha256, content if keep else None)

    def bytes(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        ModelError
            If they must be read, and are missing or have changed.
        """
        if self.content is not None:
            return self.content
        content = _content(self.name)
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise ModelError(
                f"{self.name!r} has changed since fit: its SHA-256 is not {self.sha256}. Restore the file, refit, or "
                "use store='bytes', which stores the model in the estimator."
            )
        return content

    @property
    def format(self) -> str:
        """Detect the format by the first bytes, and ONNX, which has no signature, by its name.

        Raises
        ------
        ModelError
            If the format is unknown.
        """
        content = self.bytes()
        if content[4:8] == b"TFL3":
            return "tflite"
        if content.startswith(b"\x89HDF\r\n\x1a\n"):
            return "h5"
        if content.startswith(b"PK\x03\x04"):
            try:
                with ZipFile(io.BytesIO(content)) as archive:
                    names = set(archive.namelist())
            except (BadZipFile, ValueError, NotImplementedError) as error:
                raise ModelError(f"{self.name!r} is a damaged or truncated archive ({error}).") from error
            if "saved_model.pb" in names:
                return "saved_model"
            if "config.json" in names:
                return "keras"
        elif self.name.lower().endswith(".onnx"):
            return "onnx"
        raise ModelError(f"{self.name!r} is not a model file: it begins with {content[:8]!r}. Expected {FORMATS}.")


def _content(name: str) -> bytes:
    named_model = NAMED_MODELS.get(name)
    path = Path(name) if named_model is None else find_named(named_model)
    if path.is_dir() and (path / "saved_model.pb").is_file():
        return _pack(path)
    if not path.is_file():
        problem = "is a folder without saved_model.pb" if path.is_dir() else "does not exist"
        raise ModelError(
            f"Model {name!r} {problem}. Pass the path of a model file, {FORMATS}, or one of {sorted(NAMED_MODELS)}."
        )
    return path.read_bytes()


def _pack(folder: Path) -> bytes:
    """Pack a folder deterministically."""
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes())
    return packed.getvalue()
