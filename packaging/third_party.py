"""Writes the licences of the crates that the binary is made of, texts included.

    third_party.py TARGET [CARGO-FLAG...]

Each crate is named with its version and the licence that it declares; equal
texts are written once. A crate without a text is named all the same.
"""

import json
import pathlib
import re
import subprocess
import sys

NAMES = re.compile(r"^(LICEN[CS]E|COPYING|NOTICE|COPYRIGHT|UNLICENSE)", re.IGNORECASE)
# C libraries whose source a crate carries in a folder of its own.
BUNDLED = {
    "libgit2-sys": ["libgit2", "libgit2/deps/*"],
    "libz-sys": ["src/zlib"],
    "libmimalloc-sys": ["c_src/mimalloc/v3"],
}


def metadata(target, flags):
    """What cargo knows of the packages of a target."""
    command = ["cargo", "metadata", "--locked", "--quiet", "--format-version", "1"]
    command += ["--filter-platform", target, *flags]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def linked(data):
    """The ids of the packages that end up in the binary: no build or test code, no macros."""
    macros = {
        package["id"]
        for package in data["packages"]
        if any("proc-macro" in target["kind"] for target in package["targets"])
    }
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    root = data["resolve"]["root"]
    found, queue = set(), [root]
    while queue:
        here = queue.pop()
        if here in found or here in macros:
            continue
        found.add(here)
        for dependency in nodes[here]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                queue.append(dependency["pkg"])
    return found


def texts(package):
    """The files with licences, by their text."""
    folder = pathlib.Path(package["manifest_path"]).parent
    folders = [folder]
    for pattern in BUNDLED.get(package["name"], []):
        folders += sorted(path for path in folder.glob(pattern) if path.is_dir())
    for one in folders:
        for file in sorted(one.iterdir()):
            if file.is_file() and NAMES.match(file.name):
                text = file.read_text(encoding="utf-8", errors="replace")
                yield "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def main():
    data = metadata(sys.argv[1], sys.argv[2:])
    members = set(data["workspace_members"])
    wanted = linked(data) - members
    packages = sorted(
        (package for package in data["packages"] if package["id"] in wanted),
        key=lambda package: (package["name"], package["version"]),
    )
    out = []
    out.append("perlscan is made of these crates, besides its own code:\n")
    by_text = {}
    for package in packages:
        name = f"{package['name']} {package['version']}"
        out.append(f"  {name}: {package['license'] or 'see its text'}")
        for text in texts(package):
            by_text.setdefault(text, []).append(name)
    for text, names in sorted(by_text.items(), key=lambda item: item[1]):
        out.append("\n" + "=" * 72)
        out.append("\n".join(dict.fromkeys(names)))
        out.append("-" * 72 + "\n")
        out.append(text)
    sys.stdout.buffer.write(("\n".join(out) + "\n").encode("utf-8"))


if __name__ == "__main__":
    main()
