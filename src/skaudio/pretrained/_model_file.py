"""Model files as values: their bytes, or their location and checksum."""

import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile, ZipFile, ZipInfo

from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._named_models import NAMED_MODELS

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
        return cls(name, hashlib.sha256(content).hexdigest(), content if keep else None)

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

    def parts(self) -> Sequence[Any]:
        """Return the contents, bytes, of the files of a named model; several are packed into one."""
        content = self.bytes()
        if len(NAMED_MODELS[self.name].parts) == 1:
            return [content]
        with ZipFile(io.BytesIO(content)) as archive:
            return [archive.read(name) for name in archive.namelist()]

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
    if named_model is not None:
        contents = {part.file: part.read(named_model.title) for part in named_model.parts}
        return next(iter(contents.values())) if len(contents) == 1 else _pack(contents)
    path = Path(name)
    if path.is_dir() and (path / "saved_model.pb").is_file():
        inside = sorted(item for item in path.rglob("*") if item.is_file())
        return _pack({item.relative_to(path).as_posix(): item.read_bytes() for item in inside})
    if not path.is_file():
        problem = "is a folder without saved_model.pb" if path.is_dir() else "does not exist"
        similar = get_close_matches(name, NAMED_MODELS, n=1)
        hint = f" Did you mean {similar[0]!r}?" if similar else ""
        raise ModelError(
            f"Model {name!r} {problem}.{hint} Pass the path of a model file, {FORMATS}, or one of "
            f"{sorted(NAMED_MODELS)}."
        )
    return path.read_bytes()


def _pack(contents: dict[str, bytes]) -> bytes:
    """Pack files deterministically."""
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in contents.items():
            archive.writestr(ZipInfo(name), content)
    return packed.getvalue()
