"""How perlscan gets onto the runner: what is verified, what falls back, what stops."""

import os
import shutil
import subprocess
import unittest

from machine import VULNERABLE, Machine, version
from runner import ROOT


class Install(Machine):
    def setUp(self):
        super().setUp()
        self.write("cpanfile", VULNERABLE)
        self.releases = self.release()
        self.program(
            "cargo",
            f"""
            pwd >"{self.folder}/cargo"
            printf '%s\\n' "$@" >>"{self.folder}/cargo"
            while [ "$1" != --root ]; do shift; done
            mkdir -p "$2/bin"
            cp "{self.bin}/perlscan" "$2/bin/perlscan"
            """,
        )

    def built(self):
        return (self.folder / "cargo").exists()

    def test_a_release_is_verified_by_checksum_and_attestation(self):
        result = self.runner.run()
        self.assertEqual(result.outputs["verified"], "attestation", result.log)
        self.assertEqual(result.outputs["exit-code"], "1")
        self.assertFalse(self.built())
        tag = f"https://github.com/perlscan/perlscan/releases/download/v{version()}"
        name = f"perlscan-{version()}-x86_64-unknown-linux-musl.tar.gz"
        urls = (self.folder / "urls").read_text().split()
        self.assertEqual(urls, [f"{tag}/{name}", f"{tag}/SHA256SUMS"])
        asked = (self.folder / "gh").read_text().splitlines()
        self.assertEqual(asked[:2], ["attestation", "verify"])
        self.assertTrue(asked[2].endswith(name), asked)
        self.assertEqual(
            asked[3:],
            [
                "--repo",
                "perlscan/perlscan",
                "--signer-workflow",
                "perlscan/perlscan/.github/workflows/release.yml",
                "--source-ref",
                f"refs/tags/v{version()}",
                "host=github.com",
                "token=t0ken",
            ],
        )
        self.assertEqual(result.path, [os.path.dirname(result.outputs["perlscan"])])

    def test_each_platform_has_its_archive(self):
        # The names of .github/workflows/release.yml.
        for system, machine, target in [
            ("Linux", "aarch64", "aarch64-unknown-linux-musl.tar.gz"),
            ("Darwin", "arm64", "aarch64-apple-darwin.tar.gz"),
            ("Darwin", "x86_64", "x86_64-apple-darwin.tar.gz"),
            ("MINGW64_NT-10.0-26100", "x86_64", "x86_64-pc-windows-msvc.zip"),
        ]:
            with self.subTest(target):
                (self.folder / "urls").unlink(missing_ok=True)
                script = f'case $1 in -s) echo {system} ;; *) echo {machine} ;; esac'
                self.program("uname", script)
                self.runner.run()
                asked = (self.folder / "urls").read_text().split()[0]
                self.assertTrue(asked.endswith(f"/perlscan-{version()}-{target}"), asked)

    def test_a_wrong_checksum_stops_and_nothing_makes_good_for_it(self):
        archive = next(self.releases.glob("*.tar.gz"))
        archive.write_bytes(archive.read_bytes() + b"more")
        result = self.runner.run()
        self.assertEqual(result.outcome, "failure")
        self.assertEqual(result.ran("Install perlscan"), 2)
        self.assertIn("it is not what was released", result.told("error")[0])
        self.assertIsNone(result.ran("Scan"))
        self.assertIsNone(result.ran("Pass or fail"), "one error is enough")
        self.assertFalse(self.built() or (self.folder / "gh").exists())

    def test_a_list_of_checksums_without_the_archive_stops(self):
        (self.releases / "SHA256SUMS").write_text(f"{'0' * 64}  other.tar.gz\n")
        result = self.runner.run()
        self.assertEqual(result.outcome, "failure")
        self.assertIn("has no checksum of", result.told("error")[0])
        self.assertFalse(self.built())

    def test_an_attestation_that_fails_stops(self):
        self.program("gh", '[ "$3" = --help ] || { echo "::pwned::no match"; exit 1; }')
        result = self.runner.run()
        self.assertEqual(result.outcome, "failure")
        self.assertIn("was not verified", result.told("error")[0])
        self.assertIn("no match", result.log)
        self.assertNotIn("pwned", [name for name, _, _ in result.commands])
        self.assertIsNone(result.ran("Scan"))
        self.assertFalse(self.built())

    def test_a_missing_verification_is_told_and_may_be_required(self):
        def no_gh():
            (self.bin / "gh").unlink()

        def old_gh():
            self.program("gh", 'echo "unknown command" >&2; exit 1')

        def no_token():
            self.runner.token = ""

        def other_server():
            self.runner.environment["GITHUB_SERVER_URL"] = "https://github.example.org"

        for remove, why in [
            (no_gh, "no gh on this machine"),
            (old_gh, "knows no `gh attestation verify`"),
            (no_token, "given no token"),
            (other_server, "the token is for https://github.example.org"),
        ]:
            with self.subTest(why):
                self.release()
                self.runner.token = "t0ken"
                remove()
                result = self.runner.run()
                self.assertEqual(result.outputs["verified"], "checksum", result.log)
                self.assertTrue(any(why in text for text in result.told("notice")), result.log)
                result = self.runner.run({"attestation": "require"})
                self.assertEqual(result.outcome, "failure")
                self.assertIn(why, result.told("error")[0])
                self.assertIsNone(result.ran("Scan"))

    def test_without_a_network_it_is_built_from_the_action_s_source(self):
        # The real curl, which also shows that it takes these options.
        curl = shutil.which("curl")
        self.assertTrue(curl, "curl is needed")
        self.program("curl", f'exec {curl} --resolve github.com:443:127.0.0.1 "$@"')
        # A setting of the scanned folder would tell cargo what to start.
        self.write(".cargo/config.toml", '[build]\nrustc-wrapper = "./evil"\n')
        result = self.runner.run()
        self.assertEqual(result.outputs["verified"], "source", result.log)
        self.assertEqual(result.outputs["exit-code"], "1")
        self.assertIn("curl: (7)", result.log)
        self.assertIn("is built from the action's source", result.told("warning")[0])
        where, *arguments = (self.folder / "cargo").read_text().splitlines()
        self.assertEqual(where, str(ROOT))
        self.assertEqual(arguments[:4], ["install", "--locked", "--path", "."])

    def test_a_platform_without_a_release_falls_back_too(self):
        self.program("uname", 'case $1 in -s) echo FreeBSD ;; *) echo riscv64 ;; esac')
        result = self.runner.run()
        self.assertEqual(result.outputs["verified"], "source", result.log)
        self.assertIn("no release of perlscan for FreeBSD on riscv64", result.told("notice")[0])
        self.assertFalse((self.folder / "urls").exists())
        (self.bin / "cargo").unlink()
        result = self.runner.run()
        self.assertEqual(result.outcome, "failure")
        self.assertIn("there is no cargo to build it with", result.told("error")[0])

    def test_another_version_is_never_replaced_by_this_one(self):
        result = self.runner.run({"version": "v9.9.9"})
        self.assertEqual(result.outcome, "failure")
        self.assertIn("pin the action to the tag v9.9.9", result.told("error")[0])
        self.assertFalse(self.built())

    def test_a_binary_that_is_another_version_is_not_used(self):
        self.release(says="perlscan 0.0.1")
        result = self.runner.run()
        self.assertEqual(result.outcome, "failure")
        self.assertIn("says that it is 'perlscan 0.0.1'", result.told("error")[0])

    def test_what_is_no_version_is_told(self):
        for text in ["latest", "../../x", "1.0/..", "-1", "1.0.0;touch pwned"]:
            with self.subTest(text):
                result = self.runner.run({"version": text})
                self.assertEqual(result.ran("Install perlscan"), 2)
                self.assertIn("is none: write 1.2.3", result.told("error")[0])

    def test_source_and_installed(self):
        result = self.runner.run({"version": "source"})
        self.assertEqual(result.outputs["verified"], "source")
        result = self.runner.run({"version": "installed"})
        self.assertEqual(result.outputs["verified"], "installed")
        self.assertEqual(result.outputs["perlscan"], str(self.bin / "perlscan"))
        (self.bin / "perlscan").unlink()
        result = self.runner.run({"version": "installed"})
        self.assertIn("there is no perlscan in PATH", result.told("error")[0])

    def test_a_folder_that_can_not_be_written_is_told(self):
        self.runner.environment["RUNNER_TEMP"] = str(self.folder / "no such folder")
        result = self.runner.run()
        self.assertEqual(result.outcome, "failure")
        self.assertIn("no folder can be made in RUNNER_TEMP", result.told("error")[0])

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "only root becomes another")
    def test_permissions_that_are_missing_are_told(self):
        subprocess.run(["chmod", "-R", "a+rX", str(self.folder)], check=True)
        self.runner.prefix = [shutil.which("setpriv"), "--reuid=65534", "--clear-groups"]
        self.runner.temp.chmod(0o755)
        result = self.runner.run({"version": "source"})
        self.assertEqual(result.outcome, "failure")
        self.assertIn("let the runner's user write there", result.told("error")[0])


if __name__ == "__main__":
    unittest.main()
