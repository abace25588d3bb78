"""A home: the one folder in which an installation keeps everything.

Belongs here: where things lie, the bytes kept under their hash, and the first use. A home can be moved or restored elsewhere.
Does not belong here: what the files mean.
"""

import errno
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from warehouse.store.disk import full_disk_named, sync, write_whole
from warehouse.store.faults import reach

HOME_VARIABLE = "SHUZHANG_HOME"
DEFAULT_HOME = ".shuzhang"
#: Two portions of a file of this size stay in the processor's cache.
_COMPARED_BYTES = 256 << 10


def home_path(given: str | Path | None = None) -> Path:
    """The home that was given, else SHUZHANG_HOME, else `./.shuzhang`; absolute."""
    return Path(given or os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).absolute()


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
    def inbox(self) -> Path:
        """Where others put delivery folders for the daemon to receive."""
        return self.root / "inbox"

    @property
    def harvest(self) -> Path:
        """What each harvested source gave last."""
        return self.root / "harvest"

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
    def owed(self) -> Path:
        """Notes of files that a commit calls for and that are not written yet."""
        return self.root / "owed"

    @property
    def has_hash_key(self) -> bool:
        """Whether the secret of this home is here: an auditor may have all else of it."""
        return (self.root / "hash.key").exists()

    @property
    def hash_key(self) -> bytes:
        """The secret of this home under which values are hashed that may not be shown; made on first use."""
        file = self.root / "hash.key"
        if not file.exists():
            aside = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
            with open(aside, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
                stream.write(secrets.token_bytes(32))
            reach("file.inside", "key")
            with suppress(FileExistsError):
                # Of two processes that make one, the first stands.
                os.link(aside, file)
            aside.unlink()
        return file.read_bytes()

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME of this home."""
        return self.root / "dagster"

    def create(self) -> "Home":
        """Make the folders and copy the shipped policy, unless they are there.

        A list that came with a later version is added to the policy of a home; those that are there stay as officers left them.

        Raises:
            FullDiskError: there is no room for them.
        """
        with full_disk_named(self.root):
            self._create()
        return self

    def _create(self) -> None:
        for folder in (self.blobs, self.intake, self.inbox, self.lake, self.receipts, self.reports, self.dagster):
            folder.mkdir(parents=True, exist_ok=True)
        with as_file(files("policy")) as shipped:
            if not self.policy.exists():
                aside = Path(tempfile.mkdtemp(dir=self.root, prefix=".policy-"))
                try:
                    for name, file in _policy_files(shipped).items():
                        (aside / name).parent.mkdir(exist_ok=True)
                        shutil.copyfile(file, aside / name)
                    aside.chmod(0o755)
                    reach("file.inside", "policy")
                    aside.rename(self.policy)
                except OSError as error:
                    shutil.rmtree(aside, ignore_errors=True)
                    # Another process may have made the home at the same moment.
                    if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                        raise
            for name, file in _policy_files(shipped).items():
                if not (self.policy / name).exists():
                    write_whole(self.policy / name, file.read_bytes(), "policy")

    def lacking_policy(self) -> list[str]:
        """The shipped lists and sources that the policy of this home has not, by their path in it; `create` adds them."""
        with as_file(files("policy")) as shipped:
            return [name for name in _policy_files(shipped) if not (self.policy / name).exists()]

    def keep(self, data: bytes) -> str:
        """Keep bytes under their SHA-256, which is returned."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.blob(sha256)
        if not target.exists():
            write_whole(target, data, "blob")
        return sha256

    def keep_file(self, source: Path, *, follow_links: bool = True, like: Iterable[str] = ()) -> tuple[str, int]:
        """Keep a file's bytes without holding them in memory; returns SHA-256 and size in bytes.

        Args:
            like: hashes of kept files. That it has the bytes of one of them is seen sooner than its hash is reckoned.

        Raises:
            FullDiskError: nothing was kept.
            OSError: it cannot be read, or is a symbolic link that is not to be followed.
        """
        opener = None if follow_links else _open_itself
        for sha256 in like:
            if _same_bytes(source, self.blob(sha256), opener):
                return sha256, self.blob(sha256).stat().st_size
        digest, size = hashlib.sha256(), 0
        with full_disk_named(self.blobs):
            self.blobs.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.blobs, prefix=".part-", delete=False) as written:
                aside = Path(written.name)
            try:
                with (
                    open(source, "rb", opener=opener) as incoming,
                    aside.open("wb") as outgoing,
                ):
                    while chunk := incoming.read(1 << 20):
                        digest.update(chunk)
                        size += len(chunk)
                        outgoing.write(chunk)
                sync(aside)
                reach("file.inside", "blob")
                target = self.blob(digest.hexdigest())
                target.parent.mkdir(parents=True, exist_ok=True)
                aside.chmod(0o644)
                aside.replace(target)
            finally:
                aside.unlink(missing_ok=True)
        reach("file.after", "blob")
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


def _policy_files(folder: Path) -> dict[str, Path]:
    """Lists and sources, by their path in the folder."""
    found = [*folder.glob("*.csv"), *folder.glob("*.toml"), *folder.glob("*/*.toml")]
    return {file.relative_to(folder).as_posix(): file for file in sorted(found)}


def _same_bytes(source: Path, kept: Path, opener: Callable[[str, int], int] | None) -> bool:
    if not kept.is_file():
        return False
    with open(source, "rb", opener=opener) as one, kept.open("rb") as other:
        while (chunk := one.read(_COMPARED_BYTES)) == other.read(_COMPARED_BYTES):
            if not chunk:
                return True
    return False


def _open_itself(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
