"""The examples do what they say: GitLab's template, the Makefile, the test for prove,
and the workflows as far as they name things of this repository."""

import os
import re
import shutil
import subprocess
import unittest
from xml.etree import ElementTree

import yaml

from machine import LOST, SAFE, VULNERABLE, Machine, version
from runner import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / ".github/examples").glob("*.yml"))
ACTIONS = [ROOT / "action.yml", ROOT / "gate/action.yml"]
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$")


def steps(document):
    """The steps of a workflow or action."""
    if "runs" in document:
        return document["runs"]["steps"]
    return [step for job in document["jobs"].values() for step in job.get("steps", [])]


class Workflows(unittest.TestCase):
    def test_what_others_made_is_pinned_by_its_commit(self):
        found = 0
        for file in [*WORKFLOWS, *EXAMPLES, *ACTIONS]:
            for line in file.read_text().splitlines():
                line = line.strip().removeprefix("- ")
                if not line.startswith("uses:") or line.startswith("uses: ./"):
                    continue
                if line.startswith("uses: perlscan/perlscan"):
                    self.assertRegex(line, rf"@v{re.escape(version())}$", file.name)
                else:
                    self.assertRegex(line, PINNED, file.name)
                found += 1
        self.assertGreater(found, 15)

    def test_the_release_that_is_named_is_this_one(self):
        gitlab = yaml.safe_load((ROOT / "examples/gitlab/perlscan.gitlab-ci.yml").read_text())
        self.assertEqual(gitlab["perlscan"]["variables"]["PERLSCAN_VERSION"], version())
        for name in ["github-action", "gitlab"]:
            text = (ROOT / f"docs/src/how-to/{name}.md").read_text()
            named = re.findall(r"perlscan(?:/gate)?@v([\d.]+)|PERLSCAN_VERSION.*?([\d.]{5,})", text)
            self.assertGreater(len(named), 1)
            self.assertEqual({one or other for one, other in named}, {version()}, name)

    def test_no_expression_stands_in_a_script(self):
        found = 0
        for file in [*WORKFLOWS, *EXAMPLES, *ACTIONS]:
            for step in steps(yaml.safe_load(file.read_text())):
                self.assertNotIn("${{", step.get("run", ""), file.name)
                found += "run" in step
        self.assertGreater(found, 8)

    def test_the_scripts_pass_shellcheck(self):
        gitlab = yaml.safe_load((ROOT / "examples/gitlab/perlscan.gitlab-ci.yml").read_text())
        job = gitlab["perlscan"]
        # PERLSCAN_ARGS is several words.
        scripts = [("sh", "# shellcheck disable=SC2086\n", job["before_script"] + job["script"])]
        for file in [*WORKFLOWS, *EXAMPLES, *ACTIONS]:
            for step in steps(yaml.safe_load(file.read_text())):
                if "run" in step:
                    scripts.append(("bash", "", [step["run"]]))
        self.assertGreater(len(scripts), 10)
        for shell, before, lines in scripts:
            done = subprocess.run(
                # A file that is made when the step runs can't be looked into.
                ["shellcheck", "--exclude=SC1091", f"--shell={shell}", "-"],
                input=before + "\n".join(lines) + "\n",
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_examples_use_what_the_action_has(self):
        used = set()
        for file in EXAMPLES + WORKFLOWS:
            text = file.read_text()
            for step in steps(yaml.safe_load(text)):
                name = step.get("uses", "").partition("@")[0]
                places = {"perlscan/perlscan": 0, "./": 0, "perlscan/perlscan/gate": 1, "./gate": 1}
                if name not in places:
                    continue
                action = yaml.safe_load(ACTIONS[places[name]].read_text())
                given = set(step.get("with", {}))
                self.assertLessEqual(given, set(action["inputs"]), file.name)
                used |= given
                if "id" in step:
                    outputs = re.findall(rf"steps\.{step['id']}\.outputs\.([\w-]+)", text)
                    self.assertLessEqual(set(outputs), set(action.get("outputs", {})), file.name)
        self.assertGreaterEqual(used, {"upload", "gate", "since", "sources", "category"})

    def test_uploads_have_their_permission(self):
        for file in EXAMPLES:
            document = yaml.safe_load(file.read_text())
            self.assertEqual(document["permissions"], {}, file.name)
            for job in document["jobs"].values():
                uploads = any(
                    step.get("with", {}).get("upload") or "upload-sarif" in step.get("uses", "")
                    for step in job["steps"]
                )
                may = job["permissions"].get("security-events") == "write"
                self.assertEqual(uploads, may, f"{file.name} asks for what it needs")

    def test_the_documents_have_every_input_and_output(self):
        text = (ROOT / "docs/src/how-to/github-action.md").read_text()
        inputs, outputs = text.split("## Inputs")[1].split("## Outputs")
        action = yaml.safe_load(ACTIONS[0].read_text())
        for part, names in [(inputs, action["inputs"]), (outputs, action["outputs"])]:
            rows = re.findall(r"^\| `([\w-]+)` \|", part, re.M)
            self.assertEqual(rows, list(names))
        for name, described in action["inputs"].items():
            default = described["default"]
            cell = re.search(rf"^\| `{name}` \| (.*?) \|", inputs, re.M).group(1)
            self.assertEqual(cell, f"`{default}`" if default else "", name)
        for file in EXAMPLES:
            self.assertIn(file.name, text)


class Copied(Machine):
    def environment(self, **more):
        return {"PATH": str(self.bin), "SOURCE_DATE_EPOCH": "1787000000"} | more

    def gitlab(self, **variables):
        """Runs the job's scripts as GitLab does: in one shell that stops at an error."""
        job = yaml.safe_load((ROOT / "examples/gitlab/perlscan.gitlab-ci.yml").read_text())
        job = job["perlscan"]
        script = "\n".join(job["before_script"] + job["script"])
        return job, subprocess.run(
            ["/bin/sh", "-ec", script],
            cwd=self.workspace,
            env=self.environment() | job["variables"] | variables,
            capture_output=True,
            check=False,
        )

    def test_gitlab_gets_its_report_from_a_failing_job(self):
        self.write("cpanfile", VULNERABLE)
        job, done = self.gitlab()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(job["artifacts"]["when"], "always")
        report = self.workspace / job["artifacts"]["reports"]["junit"]
        failures = ElementTree.parse(report).getroot().findall(".//failure")
        self.assertEqual(len(failures), 1)
        self.assertTrue((self.workspace / job["artifacts"]["paths"][0]).exists())
        job, done = self.gitlab(PERLSCAN_ARGS="--fail-on critical --unscored pass *")
        self.assertEqual(done.returncode, 2, "no pattern is put in place of the star")
        job, done = self.gitlab(PERLSCAN_ARGS="--fail-on critical cpanfile")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_gitlab_checks_what_it_downloads(self):
        self.write("cpanfile", VULNERABLE)
        self.release()
        (self.bin / "perlscan").unlink()
        sums = (self.folder / "releases/SHA256SUMS").read_text()
        given = {"PERLSCAN_VERSION": version()}
        _, done = self.gitlab(**given)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"PERLSCAN_SHA256 is not set", done.stderr)
        _, done = self.gitlab(**given, PERLSCAN_SHA256="0" * 64)
        self.assertEqual(done.returncode, 1)
        self.assertFalse((self.workspace / "perlscan.xml").exists())
        _, done = self.gitlab(**given, PERLSCAN_SHA256=sums.split()[0])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertTrue((self.workspace / "perlscan.xml").exists())

    def make(self, *arguments):
        make = shutil.which("make")
        self.assertTrue(make, "make is needed")
        self.write("Makefile", f"include {ROOT}/examples/make/perlscan.mk\n")
        return subprocess.run(
            [make, "perlscan", *arguments],
            cwd=self.workspace,
            env=self.environment(SHELL="/bin/sh"),
            capture_output=True,
            check=False,
        )

    def test_make_fails_when_a_finding_does(self):
        self.write("cpanfile", VULNERABLE)
        done = self.make()
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"CVE-2025-22376", done.stdout)
        self.assertIn(b"Error 1", done.stderr)
        self.assertEqual(self.make("PERLSCAN_FLAGS=--fail-on critical").returncode, 0)
        (self.bin / "perlscan").unlink()
        done = self.make()
        self.assertIn(b"perlscan is not installed", done.stderr)
        self.assertIn(b"Error 2", done.stderr)

    def prove(self, *arguments, **variables):
        prove = shutil.which("prove")
        self.assertTrue(prove, "prove is needed")
        (self.workspace / "xt").mkdir(exist_ok=True)
        shutil.copy(ROOT / "examples/xt/perlscan.t", self.workspace / "xt")
        perl = self.bin / "perl"
        if not perl.exists():
            perl.symlink_to(shutil.which("perl"))
        done = subprocess.run(
            [perl, prove, "-v", "xt/perlscan.t", *arguments],
            cwd=self.workspace,
            env=self.environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode, done.stdout.decode()

    def test_prove_shows_findings_as_tests(self):
        self.write("cpanfile", VULNERABLE)
        code, text = self.prove()
        self.assertNotEqual(code, 0)
        self.assertRegex(text, r"(?m)^not ok 1 - .*CVE-2025-22376")
        self.assertIn("Failed 1/1 subtests", text)
        code, text = self.prove("::", "--fail-on", "critical")
        self.assertEqual(code, 0, text)
        self.write("cpanfile", SAFE)
        code, text = self.prove(PERLSCAN_REQUIRED="1")
        self.assertEqual(code, 0, text)
        self.assertIn("Result: PASS", text)
        self.write("cpanfile", LOST)
        self.assertNotEqual(self.prove("::", "--fail-on", "none")[0], 0)

    def test_prove_without_perlscan(self):
        self.write("cpanfile", VULNERABLE)
        (self.bin / "perlscan").unlink()
        code, text = self.prove()
        self.assertEqual(code, 0, text)
        self.assertIn("skipped: perlscan is not in PATH", text)
        for required, result in [("1", "FAIL"), ("0", "NOTESTS")]:
            _, text = self.prove(PERLSCAN_REQUIRED=required)
            self.assertIn(f"Result: {result}", text)
        # One that can't be started is no success.
        broken = self.program("perlscan", "")
        broken.write_text("#!/no/such/program\n")
        self.assertNotEqual(self.prove()[0], 0)
        # Nor is one that dies at once.
        self.program("perlscan", "kill -9 $$")
        self.assertNotEqual(self.prove()[0], 0)
        self.assertTrue(os.access(broken, os.X_OK))

    def test_the_test_needs_core_modules_only(self):
        text = (ROOT / "examples/xt/perlscan.t").read_text()
        used = re.findall(r"^use ([\w:]+)", text, re.M)
        self.assertEqual(used, ["strict", "warnings", "File::Spec"])


if __name__ == "__main__":
    unittest.main()
