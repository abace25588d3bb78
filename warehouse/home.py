"""A home: the one folder in which an installation keeps everything.

Belongs here: where things lie, the bytes kept under their hash, and the first use. A home can be moved or restored elsewhere.
Does not belong here: what the files mean.
"""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path


class DamagedBlobError(Exception):
    """Kept bytes no longer have the hash that they are kept under."""


@dataclass(frozen=True)
class Home:
    """The folders of a home below `root`."""

    root: Path

    @property
    def blobs(self) -> Path:
        """Delivered bytes, manifests, policy files and models, verbatim under their SHA-256."""
        return self.root / "blobs"

    @property
    def intake(self) -> Path:
        """What was delivered and withdrawn, one immutable JSON file each."""
        return self.root / "intake"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def policy(self) -> Path:
        """The policy that is in force here; officers edit it."""
        return self.root / "policy"

    @property
    def receipts(self) -> Path:
        return self.root / "receipts"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME of this home."""
        return self.root / "dagster"

    def create(self) -> "Home":
        """Make the folders and copy the shipped policy, unless they are there."""
        for folder in (self.blobs, self.intake, self.lake, self.receipts, self.reports, self.dagster):
            folder.mkdir(parents=True, exist_ok=True)
        if not self.policy.exists():
            with as_file(files("policy")) as shipped:
                aside = Path(tempfile.mkdtemp(dir=self.root, prefix=".policy-"))
                for file in sorted(shipped.glob("*.csv")):
                    shutil.copyfile(file, aside / file.name)
                aside.chmod(0o755)
                aside.rename(self.policy)
        return self

    def keep(self, data: bytes) -> str:
        """Keep bytes under their SHA-256, which is returned."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.blob(sha256)
        if not target.exists():
            write_whole(target, data)
        return sha256

    def keep_file(self, source: Path) -> tuple[str, int]:
        """Keep a file's bytes without holding them in memory; returns SHA-256 and size in bytes."""
        self.blobs.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with (
            source.open("rb") as incoming,
            tempfile.NamedTemporaryFile(dir=self.blobs, delete=False) as aside,
        ):
            while chunk := incoming.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
                aside.write(chunk)
            aside.flush()
            os.fsync(aside.fileno())
        target = self.blob(digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(aside.name).replace(target)
        return digest.hexdigest(), size

    def blob(self, sha256: str) -> Path:
        """Where the bytes with this hash are kept."""
        return self.blobs / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """The kept bytes, proven by their hash.

        Raises:
            DamagedBlobError: they are missing or changed.
        """
        path = self.blob(sha256)
        data = path.read_bytes() if path.is_file() else None
        if data is None or hashlib.sha256(data).hexdigest() != sha256:
            state = "missing 缺失" if data is None else "changed 已被改动"
            raise DamagedBlobError(f"{path}: kept bytes are {state}; restore them from a backup 请从备份恢复")
        return data


def write_whole(target: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, whenever the process dies."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as aside:
        aside.write(data)
        aside.flush()
        os.fsync(aside.fileno())
    Path(aside.name).chmod(0o644)
    Path(aside.name).replace(target)
