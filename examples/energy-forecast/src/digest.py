"""The digest of a folder as DVC computes it: the md5 of its `.dir` object, which names every file and its md5."""

import hashlib
import json
from pathlib import Path


def folder_digest(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    entries = [{"md5": hashlib.md5(path.read_bytes()).hexdigest(), "relpath": path.relative_to(folder).as_posix()} for path in files]
    listing = json.dumps(sorted(entries, key=lambda entry: entry["relpath"]), sort_keys=True)
    return hashlib.md5(listing.encode()).hexdigest()
