"""Packs a folder into an archive whose bytes depend on names and contents only.

    pack.py FOLDER ARCHIVE

ARCHIVE ends in .tar.gz or .zip. All entries are of SOURCE_DATE_EPOCH and of
nobody. The tar of macOS and the zip of Windows can't promise that.
"""

import gzip
import os
import pathlib
import sys
import tarfile
import time
import zipfile

EPOCH = int(os.environ["SOURCE_DATE_EPOCH"])


def mode_of(path):
    """Folders and the binary may be executed; Windows does not tell which."""
    return 0o755 if path.is_dir() or path.stem == "perlscan" and path.suffix in ("", ".exe") else 0o644


def entries(folder):
    yield folder.name, folder
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        yield f"{folder.name}/{path.relative_to(folder).as_posix()}", path


def tar_gz(folder, out):
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=9, mtime=EPOCH) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, path in entries(folder):
                info = tarfile.TarInfo(name)
                info.mtime = EPOCH
                info.mode = mode_of(path)
                if path.is_dir():
                    info.type = tarfile.DIRTYPE
                    archive.addfile(info)
                else:
                    info.size = path.stat().st_size
                    with path.open("rb") as file:
                        archive.addfile(info, file)


def zipped(folder, out):
    when = time.gmtime(EPOCH)[:6]
    with zipfile.ZipFile(out, "w") as archive:
        for name, path in entries(folder):
            info = zipfile.ZipInfo(name + "/" * path.is_dir(), when)
            info.create_system = 3
            info.external_attr = mode_of(path) << 16
            data = b"" if path.is_dir() else path.read_bytes()
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 9)


def main():
    folder, target = pathlib.Path(sys.argv[1]), sys.argv[2]
    with open(target, "wb") as out:
        if target.endswith(".zip"):
            zipped(folder, out)
        else:
            tar_gz(folder, out)


if __name__ == "__main__":
    main()
