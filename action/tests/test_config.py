"""Whose configuration counts: a stranger's pull request can't silence its own
findings. The repositories are real ones."""

import json
import shutil
import unittest
from pathlib import Path

from machine import IGNORE, SAFE, VULNERABLE, Machine


class Config(Machine):
    def setUp(self):
        super().setUp()
        # What the pull request is merged into: GITHUB_SERVER_URL/GITHUB_REPOSITORY.
        self.server = self.folder / "server"
        self.origin = self.server / "owner/project"
        self.origin.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", folder=self.origin)
        self.git("init", "--quiet")
        self.write("cpanfile", SAFE)
        self.base = self.commit("base")

    def commit(self, message):
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        self.git("push", "--quiet", "--force", str(self.origin), "HEAD:refs/heads/main")
        return self.git("rev-parse", "HEAD")

    def attack(self):
        """A pull request that brings a vulnerable release in and hides it twice."""
        self.write("cpanfile", VULNERABLE)
        self.write("perlscan.toml", IGNORE)
        self.write(".perlscanignore", "*\n")
        return self.commit("nothing to see here")

    def event(self, name, head="owner/project", **more):
        repository = {"full_name": head} if head else None
        pull = {"head": {"repo": repository}, "base": {"sha": self.base}}
        self.runner.github |= {"event_name": name, "event": {"pull_request": pull} | more}

    def outcome(self, **inputs):
        result = self.run_installed(**inputs)
        return result.outputs["config-from"], result.outputs["exit-code"]

    def test_strangers_can_not_silence_their_findings(self):
        self.attack()
        self.runner.github |= {"event_name": "push", "event": {}}
        self.assertEqual(self.outcome(), ("head", "0"), "so much would they like")
        self.event("pull_request")
        self.assertEqual(self.outcome(), ("head", "0"), "one who may push may decide")
        for name, head in [
            ("pull_request", "stranger/project"),
            ("pull_request", None),
            ("pull_request_review", "stranger/project"),
            ("pull_request_target", "stranger/project"),
            ("pull_request_target", "owner/project"),
        ]:
            with self.subTest(name, head=head):
                self.event(name, head)
                self.assertEqual(self.outcome(), ("base", "1"))
        self.assertEqual(self.outcome(config_from="head"), ("head", "0"))
        self.assertEqual(self.outcome(config_from="none"), ("none", "1"))
        result = self.run_installed()
        self.assertIn("neither perlscan.toml nor .perlscanignore", result.log)

    def test_a_fork_s_run_after_the_workflow_has_no_base(self):
        self.attack()
        run = {"workflow_run": {"head_repository": {"full_name": "stranger/project"}}}
        self.runner.github |= {"event_name": "workflow_run", "event": run}
        self.assertEqual(self.outcome(), ("none", "1"))
        self.runner.github["event"] = {
            "workflow_run": {"head_repository": {"full_name": "owner/project"}}
        }
        self.assertEqual(self.outcome(), ("head", "0"))

    def test_the_base_s_configuration_counts(self):
        self.write("perlscan.toml", "# ours\n" + IGNORE)
        self.write(".perlscanignore", "/vendored/\n")
        self.base = self.commit("what we have decided")
        self.write("cpanfile", VULNERABLE)
        self.write("vendored/cpanfile", VULNERABLE)
        (self.workspace / "perlscan.toml").unlink()
        (self.workspace / ".perlscanignore").unlink()
        self.commit("a pull request")
        self.event("pull_request_target")
        result = self.run_installed(formats="json")
        self.assertEqual(result.outputs["exit-code"], "0", result.log)
        self.assertEqual(result.outputs["suppressed"], "1")
        report = Path(result.outputs["reports"]) / "perlscan.json"
        coverage = json.loads(report.read_text())["coverage"]
        self.assertEqual([one["path"] for one in coverage["excluded"]], ["vendored"])
        self.assertEqual(coverage["ignore_file"]["path"], ".perlscanignore")

    def test_a_project_in_a_subfolder_has_its_own(self):
        self.write("a b/$(touch pwned)/perlscan.toml", IGNORE)
        self.base = self.commit("base of a subfolder")
        self.write("a b/$(touch pwned)/cpanfile", VULNERABLE)
        self.write("a b/other/cpanfile", VULNERABLE)
        self.commit("a pull request")
        self.event("pull_request", "stranger/project")
        inside = "a b/$(touch pwned)"
        self.assertEqual(self.outcome(path=inside), ("base", "0"))
        self.assertEqual(self.outcome(path=f"{inside}/cpanfile"), ("base", "0"))
        self.assertEqual(self.outcome(path=str(self.workspace / inside)), ("base", "0"))
        # The folder of both is above, and has none.
        self.assertEqual(self.outcome(path=f"{inside}\na b/other"), ("base", "1"))
        self.assertFalse((self.workspace / "pwned").exists())

    def test_a_checkout_without_history_fetches_the_base(self):
        self.write("perlscan.toml", IGNORE)
        self.base = self.commit("what we have decided")
        self.write("cpanfile", VULNERABLE)
        (self.workspace / "perlscan.toml").unlink()
        self.commit("a pull request")
        shutil.rmtree(self.workspace)
        origin = self.origin.as_uri()
        self.git("clone", "--quiet", "--depth=1", origin, str(self.workspace), folder=self.folder)
        self.event("pull_request_target")
        self.runner.environment["GITHUB_SERVER_URL"] = self.server.as_uri()
        for allowed in ["true", "false"]:
            # Whole, or file by file as they are asked for.
            self.git("config", "uploadpack.allowFilter", allowed, folder=self.origin)
            result = self.run_installed()
            self.assertEqual(result.outputs["exit-code"], "0", result.log)
            self.assertEqual(result.outputs["suppressed"], "1")
        self.assertEqual(self.git("rev-list", "--all", "--count"), "1", "the checkout is as it was")
        self.assertNotIn("t0ken", result.log)

        # What can't be had is never made good by what the pull request brings.
        shutil.rmtree(self.origin)
        result = self.run_installed()
        self.assertEqual(result.outcome, "failure")
        self.assertEqual(result.ran("Tell whose configuration counts"), 2)
        self.assertIn("give actions/checkout `fetch-depth: 0`", result.told("error")[0])
        self.assertIsNone(result.ran("Scan"))

    def test_what_the_base_has_no_plain_file_for_stops(self):
        (self.workspace / "perlscan.toml").symlink_to("/etc/passwd")
        self.base = self.commit("a link")
        self.event("pull_request_target")
        result = self.run_installed()
        self.assertIn("is no plain file", result.told("error")[0])
        self.assertEqual(result.outcome, "failure")

    def test_a_named_configuration_is_the_base_s_too(self):
        self.write("ci/our config.toml", "")
        self.base = self.commit("base")
        self.write("ci/our config.toml", IGNORE)
        self.write("cpanfile", VULNERABLE)
        self.commit("a pull request")
        self.event("pull_request", "stranger/project")
        named = "ci/our config.toml"
        self.assertEqual(self.outcome(config=named, config_from="head"), ("head", "0"))
        self.assertEqual(self.outcome(config=named), ("base", "1"))
        self.assertEqual(self.outcome(config=f"./{named}"), ("base", "1"))
        for wrong in ["../x.toml", "/etc/passwd", "ci/../ci/our config.toml", "ci/none.toml"]:
            result = self.run_installed(config=wrong)
            self.assertEqual(result.ran("Tell whose configuration counts"), 2, wrong)
        result = self.run_installed(config=named, config_from="none")
        self.assertEqual(result.ran("Tell whose configuration counts"), 2)

    def test_a_checkout_in_a_folder_of_the_workspace(self):
        self.write("conf.toml", IGNORE)
        self.base = self.commit("base")
        self.write("cpanfile", VULNERABLE)
        self.write("conf.toml", "")
        self.commit("a pull request")
        self.event("pull_request_target")
        self.runner.workspace = self.folder
        self.assertEqual(self.outcome(path="work", config="work/conf.toml"), ("base", "0"))
        result = self.run_installed(path="work", config="conf.toml")
        self.assertIn("is not in the repository", result.told("error")[0])
        # Where nothing is checked out there is no base either.
        self.assertIn(
            "lies in none", self.run_installed(path="server").told("error")[0]
        )

    def test_a_database_of_the_checkout_may_be_a_stranger_s(self):
        self.write("data/advisories.db", "anything")
        self.commit("a pull request")
        self.event("pull_request", "stranger/project")
        result = self.run_installed(database="data/advisories.db")
        self.assertIn("a pull request can change", result.told("error")[0])
        self.assertIsNone(result.ran("Scan"))
        for source in ["private=data", "data", "data/", "./data", f"git+{self.workspace}/data"]:
            result = self.run_installed(database="update", sources=source)
            self.assertIn("a pull request can change", result.told("error")[0], source)
        # One that an earlier step has made is not.
        self.write("data/made.db", "anything")
        self.assertIsNotNone(self.run_installed(database="data/made.db").ran("Scan"))

    def test_no_setting_of_the_checkout_runs_anything(self):
        # A folder that looks like a repository, and has git start something.
        evil = self.workspace / "evil"
        for folder in ["objects", "refs"]:
            (evil / folder).mkdir(parents=True)
            (evil / folder / ".keep").touch()
        self.write("evil/HEAD", "ref: refs/heads/main\n")
        marker = self.folder / "pwned"
        self.program("hook", f'touch "{marker}"; exit 1')
        settings = "repositoryformatversion = 0\nbare = false\nworktree = .\n"
        self.write("evil/config", f'[core]\n{settings}fsmonitor = "\\"{self.bin}/hook\\""\n')
        self.write("evil/cpanfile", VULNERABLE)
        self.commit("a pull request")
        # The trap is one: git walks into it.
        self.git("status", folder=evil)
        self.assertTrue(marker.exists())
        marker.unlink()
        self.event("pull_request", "stranger/project")
        result = self.run_installed(path="evil", database="evil/cpanfile")
        self.assertFalse(marker.exists(), result.log)
        self.assertIn("lies in none", result.told("error")[0], "in doubt it stops")

    def test_what_is_wrong_is_told(self):
        for inputs, why in [
            ({"config_from": "main"}, "is none of auto, head, base and none"),
            ({"config_from": "base"}, "names no base revision"),
        ]:
            self.runner.github |= {"event_name": "push", "event": {}}
            result = self.run_installed(**inputs)
            self.assertIn(why, result.told("error")[0])
            self.assertEqual(result.outcome, "failure")
        self.event("pull_request_target")
        self.base = "main; touch pwned"
        self.event("pull_request_target")
        self.assertIn("names no base revision", self.run_installed().told("error")[0])
        self.assertFalse((self.workspace / "pwned").exists())


if __name__ == "__main__":
    unittest.main()
