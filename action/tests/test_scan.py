"""The steps after the install: the scan, what it shows, the upload and the gate."""

import json
import shutil
import subprocess
import unittest
from pathlib import Path

import yaml

from machine import LOST, PERLSCAN, SAFE, VULNERABLE, Machine
from runner import ROOT, commands

# What would act if a shell or the runner took it for its own.
HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "x\n::pwned::y\n##[pwned]z",
    "a\nexit-code<<x\n0\nx",
    "--version\n--help",
    "*",
    "%0A::pwned::",
]
PRIVATE = """---
distribution: Acme-Int
cpansa_version: 2
darkpan: true
advisories:
- id: CPANSA-Acme-Int-2026-01
  affected_versions: ["<1.3"]
  fixed_versions: [">=1.3"]
  cves: []
  description: It trusts what it should not.
  references: []
  reported: 2026-01-01
  severity: high
"""
SHOP = ROOT / "test-corpus/projects/shop"


def counted(folder, *arguments):
    """The counts of a scan, made anew from the JSON report."""
    done = subprocess.run(
        [PERLSCAN, "scan", *arguments, "--db", "embedded", "-f", "json"],
        cwd=folder,
        env={"SOURCE_DATE_EPOCH": "1787000000", "PERLSCAN_CACHE": "/nonexistent"},
        stdout=subprocess.PIPE,
        check=False,
    )
    report = json.loads(done.stdout)
    findings = report["findings"]
    shown = [finding for finding in findings if not finding["suppressed"]]
    failing = [one for one in findings + report["remarks"] if one["fails"]]
    return {
        "exit-code": str(done.returncode),
        "findings": str(len(shown)),
        "failing": str(len(failing)),
        "suppressed": str(len(findings) - len(shown)),
        "incomplete": str(report["outcome"]["incomplete"]).lower(),
    }


class Scan(Machine):
    def counts(self, result):
        return {name: result.outputs[name] for name in counted(self.workspace, ".")}

    def test_all_results_are_there_before_the_gate_fails(self):
        shutil.copytree(SHOP, self.workspace, dirs_exist_ok=True)
        result = self.run_installed(upload="true", formats="json, junit\ntap table")
        self.assertEqual(result.outcome, "failure")
        self.assertEqual(
            [(kind, name) for kind, name, _ in result.events],
            [
                ("run", "Install perlscan"),
                ("run", "Tell whose configuration counts"),
                ("run", "Scan"),
                ("run", "Show the findings"),
                ("uses", "Upload to code scanning"),
                ("run", "Pass or fail"),
            ],
        )
        self.assertEqual(result.ran("Pass or fail"), 1)
        self.assertEqual(self.counts(result), counted(self.workspace, "."))
        self.assertEqual(result.outputs["failing"], "14", "the README shows them")
        self.assertTrue(result.told("error")[-1].startswith("14 findings"), result.told("error"))
        sarif = Path(result.outputs["sarif"])
        self.assertEqual(result.ran("Upload to code scanning")["sarif_file"], str(sarif))
        self.assertEqual(len(json.loads(sarif.read_text())["runs"][0]["results"]), 14)
        names = sorted(file.name for file in Path(result.outputs["reports"]).iterdir())
        suffixes = ["json", "jsonl", "md", "sarif", "tap", "txt", "xml"]
        self.assertEqual(names, [f"perlscan.{suffix}" for suffix in suffixes])
        self.assertIn("CVE-2025-40908", result.summary)
        self.assertIn("YAML-LibYAML 0.83", result.log)
        places = {(p["file"], p["line"]) for _, p, _ in result.commands if "line" in p}
        self.assertIn(("cpanfile", "7"), places, "YAML::XS stands there")

    def test_annotations_are_one_step_s_and_nothing_runs_twice(self):
        # One scan, whatever is written: GitHub shows each annotation once.
        shutil.copytree(SHOP, self.workspace, dirs_exist_ok=True)
        self.program("perlscan", f'echo run >>"{self.folder}/runs"\nexec "{PERLSCAN}" "$@"')
        result = self.run_installed()
        self.assertEqual((self.folder / "runs").read_text(), "run\n")
        self.assertEqual(len([1 for _, p, _ in result.commands if "file" in p]), 14)

    def test_what_fails_nothing_passes(self):
        self.write("cpanfile", SAFE)
        result = self.run_installed(upload="true")
        self.assertEqual(result.outcome, "success", result.log)
        self.assertEqual(self.counts(result), counted(self.workspace, "."))
        self.assertEqual(result.outputs["failing"], "0")
        self.assertIsNotNone(result.ran("Upload to code scanning"), "it closes alerts, too")

    def test_an_upload_that_fails_hides_nothing(self):
        self.write("cpanfile", VULNERABLE)
        self.runner.upload_fails = True
        result = self.run_installed(upload="true")
        self.assertEqual(result.outcome, "failure")
        self.assertEqual(result.ran("Pass or fail"), 1)
        self.write("cpanfile", SAFE)
        self.assertEqual(self.run_installed(upload="true").outcome, "failure")
        # The token of a fork may have no right to upload.
        pull = {"head": {"repo": {"full_name": "stranger/project"}}, "base": {"sha": "0" * 40}}
        self.runner.github |= {"event_name": "pull_request", "event": {"pull_request": pull}}
        result = self.run_installed(upload="true", config_from="head")
        self.assertEqual(result.outcome, "success", result.log)

    def test_nothing_is_uploaded_unasked_or_for_the_wrong_branch(self):
        self.write("cpanfile", VULNERABLE)
        self.assertIsNone(self.run_installed().ran("Upload to code scanning"))
        self.runner.github |= {"event_name": "pull_request_target"}
        result = self.run_installed(upload="true", config_from="head")
        self.assertIsNone(result.ran("Upload to code scanning"))
        self.assertIn("nothing is uploaded", result.told("warning")[0])

    def test_the_gate_may_be_a_step_of_the_workflow(self):
        self.write("cpanfile", VULNERABLE)
        result = self.run_installed(gate="false")
        self.assertEqual(result.outcome, "success", result.log)
        self.assertEqual(result.outputs["exit-code"], "1")
        outputs = result.outputs
        for given, code in [
            ({"exit-code": outputs["exit-code"], "failing": outputs["failing"]}, 1),
            ({"exit-code": "0"}, 0),
            ({"exit-code": "2"}, 2),
            ({"exit-code": ""}, 2),
            ({"exit-code": "$(touch pwned)"}, 2),
        ]:
            with self.subTest(given):
                gate = self.runner.run(given, "gate/action.yml")
                self.assertEqual(gate.ran("Pass or fail"), code)
                self.assertEqual(len(gate.told("error")), int(code != 0), gate.log)
        self.assertFalse((self.workspace / "pwned").exists())

    def test_what_could_not_be_read_is_2_with_the_whole_report(self):
        self.write("cpanfile", LOST)
        result = self.run_installed(upload="true")
        self.assertEqual(result.outputs["exit-code"], "2")
        self.assertEqual(result.outputs["incomplete"], "true")
        self.assertEqual(self.counts(result), counted(self.workspace, "."))
        self.assertNotEqual(result.outputs["failing"], "0")
        self.assertEqual(result.ran("Pass or fail"), 2)
        self.assertIsNotNone(result.ran("Upload to code scanning"))
        self.assertIn("CVE-2025-22376", result.summary)

    def test_a_scan_that_can_not_begin_says_why(self):
        result = self.run_installed(fail_on="bogus", upload="true")
        self.assertEqual(result.outputs["exit-code"], "2")
        self.assertEqual(result.outputs["sarif"], "")
        self.assertEqual(result.outputs["incomplete"], "")
        self.assertIn("'bogus'", result.told("error")[0])
        self.assertEqual(result.told("warning"), [])
        self.assertIsNone(result.ran("Upload to code scanning"))
        self.assertEqual(result.ran("Pass or fail"), 2)
        result = self.run_installed(path="no such folder")
        self.assertIn("no such folder", result.told("error")[0])
        self.assertEqual(result.ran("Pass or fail"), 2)

    def test_a_scan_that_dies_is_no_success(self):
        for code in [101, 137]:
            self.recorder(code)
            result = self.run_installed()
            self.assertIn(f"ended with {code}", result.told("error")[0])
            self.assertEqual(result.ran("Pass or fail"), 2)
        # One that lies, too.
        self.recorder(0)
        result = self.run_installed()
        self.assertIn("wrote no report", result.told("error")[0])
        self.assertEqual(result.ran("Pass or fail"), 2)

    def test_inputs_become_arguments_one_by_one(self):
        record = self.recorder()
        self.runner.github |= {"event": {"pull_request": {"base": {"sha": "f" * 40}}}}
        self.run_installed(
            path="a b\r\n-c\n\n  d'e\"f\n$(touch pwned)\n",
            fail_on="high",
            unscored="pass",
            strict="true",
            category="x y",
            database="data/my db",
            max_db_age="7d",
            since="base",
            config="my config.toml",
            config_from="head",
            args="--phase\nruntime,test\n--exclude\n*.t\n",
        )
        given = record.read_text().split("\n")[:-1]
        given = given[given.index("--fail-on=high") :]
        self.assertEqual(
            given,
            [
                "--fail-on=high",
                "--unscored=pass",
                "--category=x y",
                "--max-db-age=7d",
                "--strict",
                "--db=data/my db",
                f"--since={'f' * 40}",
                "--config=my config.toml",
                *["--phase", "runtime,test", "--exclude", "*.t"],
                "--",
                *["a b", "-c", "  d'e\"f", "$(touch pwned)"],
            ],
        )
        self.run_installed(database="update", config_from="none")
        given = record.read_text().split("\n")
        self.assertIn("--update", given)
        self.assertIn("--no-config", given)
        self.assertFalse([one for one in given if one.startswith("--db")])

    def test_since_counts_what_came(self):
        helped = subprocess.run([PERLSCAN, "scan", "--help"], stdout=subprocess.PIPE, check=True)
        if b"--since" not in helped.stdout:
            self.skipTest("SKIPPED: this perlscan has no --since")
        self.git("init", "--quiet")
        for folder, gone in [("old", None), ("new", None), ("newer", "old")]:
            if gone:
                shutil.rmtree(self.workspace / gone)
            self.write(f"{folder}/cpanfile", VULNERABLE)
            self.git("add", "--all")
            self.git("commit", "--quiet", "--message", folder)
        first = self.git("rev-parse", "HEAD~2")
        result = self.run_installed(since=first)
        self.assertEqual(result.outputs["findings"], "2", result.log)
        self.assertEqual(result.outputs["failing"], "2")
        self.assertEqual(result.outputs["removed"], "1")
        result = self.run_installed(since="HEAD")
        self.assertEqual(result.outputs["findings"], "0", result.log)
        self.assertEqual(result.outputs["exit-code"], "0")
        self.assertEqual(result.outputs["removed"], "0")
        self.assertEqual(self.run_installed().outputs["removed"], "")
        # The event's base, for which the workflow needs no more than a word.
        pull = {"base": {"sha": first}, "head": {"repo": {"full_name": "owner/project"}}}
        self.runner.github |= {"event_name": "pull_request", "event": {"pull_request": pull}}
        self.assertEqual(self.run_installed(since="base").outputs["findings"], "2")

    def test_since_base_needs_a_base(self):
        record = self.recorder()
        result = self.run_installed(since="base")
        self.assertNotIn("--since", record.read_text())
        self.assertIn("this event has no base", result.told("notice")[0])
        self.run_installed(since="v1.0")
        self.assertIn("--since=v1.0\n", record.read_text())
        group = {"merge_group": {"base_sha": "e" * 40}}
        self.runner.github |= {"event_name": "merge_group", "event": group}
        result = self.run_installed(since="base")
        self.assertIn(f"--since={'e' * 40}\n", record.read_text())
        self.assertEqual(result.outputs["config-from"], "head")

    def test_private_advisories_are_put_together_with_the_feed(self):
        lock = "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  Acme-Int-1.2\n"
        self.write("cpanfile", "requires 'Acme::Int';\n")
        lock += "    pathname: L/LO/LOCAL/Acme-Int-1.2.tar.gz\n    provides:\n      Acme::Int 1.2\n"
        self.write("cpanfile.snapshot", lock)
        self.write("my advisories/Acme-Int.yml", PRIVATE)
        self.runner.environment |= {"PERLSCAN_OFFLINE": "1"}
        given = {"database": "update", "sources": "private=my advisories\n"}
        cache = str(self.folder / "cache")
        for environment in [{}, {"PERLSCAN_CACHE": cache}]:
            self.runner.environment |= environment
            result = self.run_installed(**given)
            self.assertEqual(result.outputs["exit-code"], "1", result.log)
            self.assertIn("CPANSA-Acme-Int-2026-01", result.summary)
        # The next step finds it where this one left it.
        result = self.run_installed(database="cached")
        self.assertEqual(result.outputs["failing"], "1", result.log)
        self.assertEqual(self.run_installed().outputs["failing"], "0")
        # What is asked for by name and can't be had is no success.
        self.runner.environment |= {"PERLSCAN_CACHE": str(self.folder / "another")}
        result = self.run_installed(**given | {"sources": "private=none such"})
        self.assertEqual(result.outputs["exit-code"], "2", result.log)
        self.assertNotEqual(result.outputs["sarif"], "", "what was found is reported")
        self.assertIn("the advisory sources can't be read", result.told("error")[0])
        result = self.run_installed(sources="private=my advisories")
        self.assertIn("only with `database: update`", result.told("error")[0])

    def test_warnings_become_annotations(self):
        self.write("cpanfile", SAFE)
        environment = {"PERLSCAN_OFFLINE": "1", "https_proxy": "http://127.0.0.1:9"}
        self.runner.environment |= environment
        result = self.run_installed(database="update")
        self.assertEqual(result.outcome, "success", result.log)
        self.assertTrue(any("--update" in text for text in result.told("warning")), result.log)

    def test_hostile_inputs_do_nothing(self):
        self.write("cpanfile", SAFE)
        inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
        self.assertGreater(len(inputs), 15)
        for name in inputs:
            for text in HOSTILE:
                with self.subTest(name, text=text):
                    given = {"version": "installed"} | {name: text}
                    result = self.runner.run(given)
                    self.no_harm(result)
                    self.assertIn(result.outputs["exit-code"], ["", "0", "2"])

    def no_harm(self, result):
        for folder in [self.workspace, self.runner.temp, ROOT]:
            self.assertFalse((folder / "pwned").exists())
        known = {"error", "warning", "notice", "debug", "group", "endgroup", "add-mask"}
        names = {name for name, _, _ in result.commands}
        self.assertLessEqual(names, known, result.log)

    def test_hostile_files_do_nothing(self):
        for number, name in enumerate(
            [
                "::pwned::x",
                "a b/##[pwned]y",
                "$(touch pwned)",
                "`touch pwned`'\"",
                "new\n::pwned::line",
                "carriage\r::pwned::return",
                "%0A::pwned::",
                "|x|<b>",
                "-rf",
            ]
        ):
            self.write(f"{name}/cpanfile", VULNERABLE if number % 2 else LOST)
            self.write(f"{name}/{name.split('/')[-1]}.pl", "use ::pwned::;\n")
        result = self.run_installed(args="--verbose")
        self.no_harm(result)
        self.assertEqual(self.counts(result), counted(self.workspace, "."))
        self.assertIn("stop-commands", result.log)
        # All that the table says is there, and yet not obeyed: it parts such marks itself.
        self.assertIn("## [pwned]y", result.log)

    def test_hostile_folders_are_scanned_all_the_same(self):
        names = ["a b", "$(touch pwned)", "`x`'\"", "*", "-x", "ümläut", "%0A::pwned::"]
        for name in names:
            self.write(f"{name}/cpanfile", VULNERABLE)
        result = self.run_installed(path="\n".join(names))
        self.assertEqual(result.outputs["exit-code"], "1", result.log)
        self.assertEqual(result.outputs["failing"], str(len(names)))
        self.no_harm(result)

    def test_a_summary_that_can_not_be_written_is_told_and_hides_nothing(self):
        self.write("cpanfile", VULNERABLE)
        for place in [str(self.workspace), "/dev/full", "", "/no/such/file"]:
            with self.subTest(place):
                self.runner.environment["GITHUB_STEP_SUMMARY"] = place
                result = self.run_installed(upload="true")
                told = result.told("warning")
                self.assertTrue(any("summary was not written" in text for text in told), told)
                self.assertIsNotNone(result.ran("Upload to code scanning"))
                self.assertEqual(result.ran("Pass or fail"), 1)

    def test_outputs_that_can_not_be_written_stop(self):
        self.write("cpanfile", VULNERABLE)
        for place in ["/dev/full", str(self.workspace)]:
            self.runner.environment["GITHUB_OUTPUT"] = place
            result = self.run_installed()
            self.assertEqual(result.outcome, "failure")
            self.assertIn("can't be written to GITHUB_OUTPUT", result.told("error")[0])


class Played(unittest.TestCase):
    """The runner that is played obeys what the real one obeys."""

    def test_commands_are_obeyed_unless_they_are_stopped(self):
        text = "::error file=a%2Cb,line=2::x%0Ay\n::stop-commands::T\n::warning::no\n::T::\n ::notice::z\nq ##[old a=b]c\n"
        self.assertEqual(
            commands(text),
            [
                ("error", {"file": "a,b", "line": "2"}, "x\ny"),
                ("notice", {}, "z"),
                ("old", {"a": "b"}, "c"),
            ],
        )


if __name__ == "__main__":
    unittest.main()
