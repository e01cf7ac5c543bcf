"""What the tests put onto the runner: programs, projects, a release, repositories.

Nothing of the machine's PATH is there but what is named here, so that a missing
program is missing wherever the tests run.
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

from runner import ROOT, Runner

TOOLS = (
    "awk base64 basename bash cat chmod cp dirname env git grep gzip head ls mkdir mktemp mv od rm "
    "sed sha256sum tail tar touch tr uname"
).split()
PERLSCAN = Path(os.environ.get("PERLSCAN", ROOT / "target/debug/perlscan")).resolve()

VULNERABLE = "requires 'Net::OAuth', '== 0.28';\n"
SAFE = "requires 'Net::OAuth', '>= 0.30';\n"
# The second line ends the reading, so that something is lost.
LOST = "requires 'Net::OAuth', '== 0.28';\nrequires 'Bar\n"
IGNORE = '[[ignore]]\nid = "CVE-2025-22376"\nreason = "we do not sign requests"\n'


def version():
    """The version of this source."""
    lines = (ROOT / "Cargo.toml").read_text().splitlines()
    after = lines[lines.index("[workspace.package]") :]
    return next(line.split('"')[1] for line in after if line.startswith("version = "))


class Machine(unittest.TestCase):
    """A runner whose machine has perlscan in PATH, and an empty work folder."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="perlscan's action "))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            self.assertTrue(found, f"{tool} is needed")
            (self.bin / tool).symlink_to(found)
        self.program("perlscan", f'exec "{PERLSCAN}" "$@"')
        self.workspace = self.folder / "work"
        self.workspace.mkdir()
        self.runner = Runner(self.workspace, self.bin)
        self.addCleanup(shutil.rmtree, self.runner.temp, ignore_errors=True)

    def program(self, name, script):
        """Puts a program into PATH, in place of what is there."""
        file = self.bin / name
        file.unlink(missing_ok=True)
        file.write_text(f"#!{shutil.which('bash')}\n{script}\n")
        file.chmod(0o755)
        return file

    def write(self, name, text, folder=None):
        """Writes a file of the work folder."""
        file = (folder or self.workspace) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def run_installed(self, **inputs):
        """Runs the action with the perlscan in PATH."""
        inputs = {name.replace("_", "-"): value for name, value in inputs.items()}
        return self.runner.run({"version": "installed"} | inputs)

    def recorder(self, code=0):
        """A perlscan that only writes down its arguments, one a line."""
        record = self.folder / "arguments"
        self.program("perlscan", f'printf "%s\\n" "$@" >"{record}"\nexit {code}')
        return record

    def git(self, *arguments, folder=None):
        """Runs git in the work folder, and returns what it prints."""
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        done = subprocess.run(
            ["git", *identity, "-c", "init.defaultBranch=main", *arguments],
            cwd=folder or self.workspace,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"},
            stdout=subprocess.PIPE,
            check=True,
        )
        return done.stdout.decode().strip()

    def release(self, target="x86_64-unknown-linux-musl", says=None):
        """A release as .github/workflows/release.yml makes it, and the curl, gh and
        uname to have it with; returns the folder."""
        name = f"perlscan-{version()}-{target}"
        releases = self.folder / "releases"
        releases.mkdir(exist_ok=True)
        binary = self.folder / name / "perlscan"
        binary.parent.mkdir(exist_ok=True)
        first = f'[ "$1" != --version ] || {{ echo "{says}"; exit; }}' if says else ":"
        binary.write_text(f'#!/bin/bash\n{first}\nexec "{PERLSCAN}" "$@"\n')
        binary.chmod(0o755)
        archive = releases / f"{name}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(binary.parent, name)
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        (releases / "SHA256SUMS").write_text(f"{digest}  {archive.name}\n{'0' * 64}  other.zip\n")
        self.program(
            "curl",
            f"""
            while [ $# -gt 1 ]; do
                [ "$1" != --output ] || output=$2
                shift
            done
            echo "$1" >>"{self.folder}/urls"
            cp -- "{releases}/${{1##*/}}" "$output" 2>/dev/null ||
                {{ echo "curl: (22) The requested URL returned error: 404" >&2; exit 22; }}
            """,
        )
        self.program(
            "gh",
            f"""
            [ "$3" != --help ] || {{ echo "  --repo  --signer-workflow  --source-ref"; exit; }}
            printf '%s\\n' "$@" "host=$GH_HOST" "token=$GH_TOKEN" >"{self.folder}/gh"
            """,
        )
        self.program("uname", 'case $1 in -s) echo Linux ;; *) echo x86_64 ;; esac')
        return releases
