"""Plays GitHub's runner for a composite action: runs the steps of its action.yml in
order, with their environment, conditions, files and commands."""

import dataclasses
import os
import re
import subprocess
import tempfile
from pathlib import Path

import yaml

from expressions import condition, evaluate, fill

ROOT = Path(__file__).resolve().parents[2]


@dataclasses.dataclass
class Result:
    """What came of a run."""

    outcome: str = "success"
    outputs: dict = dataclasses.field(default_factory=dict)
    steps: dict = dataclasses.field(default_factory=dict)
    # In order: ("run" or "uses", the step's name, its exit code or inputs).
    events: list = dataclasses.field(default_factory=list)
    # Commands that the runner obeyed: (name, properties, message).
    commands: list = dataclasses.field(default_factory=list)
    log: str = ""
    summary: str = ""
    path: list = dataclasses.field(default_factory=list)

    def told(self, kind):
        """The messages of the annotations of a kind."""
        return [message for name, _, message in self.commands if name == kind]

    def ran(self, name):
        """The exit code or inputs of a step, None where it was skipped."""
        return next((result for _, step, result in self.events if step == name), None)


class Runner:
    """A machine with a work folder, a folder for temporary files and a PATH."""

    def __init__(self, workspace, programs):
        self.workspace = Path(workspace)
        self.temp = Path(tempfile.mkdtemp(prefix="runner temp "))
        self.programs = programs
        self.github = {"event_name": "push", "repository": "owner/project", "event": {}}
        self.environment = {}
        self.token = "t0ken"
        self.upload_fails = False
        # Before the command of a step, for example to be another user.
        self.prefix = []

    def run(self, inputs=None, action="action.yml"):
        """Runs an action with these inputs."""
        file = ROOT / action
        definition = yaml.safe_load(file.read_text())
        inputs = inputs or {}
        unknown = set(inputs) - set(definition["inputs"])
        if unknown:
            raise ValueError(f"{action} has no inputs {unknown}")
        github = self.github | {"token": self.token}
        given = {}
        for name, described in definition["inputs"].items():
            default = fill(described.get("default", ""), {"github": github}, {})
            given[name] = inputs.get(name, default)
        result = Result()
        contexts = {"github": github, "inputs": given, "steps": result.steps}
        for step in definition["runs"]["steps"]:
            self._step(step, file.parent, contexts, result)
        for name, described in definition.get("outputs", {}).items():
            result.outputs[name] = fill(described["value"], contexts, {})
        return result

    def _step(self, step, folder, contexts, result):
        status = {
            "success": result.outcome == "success",
            "failure": result.outcome == "failure",
            "cancelled": False,
            "always": True,
        }
        record = {"outputs": {}, "outcome": "skipped"}
        result.steps[step.get("id", step["name"])] = record
        if not condition(step.get("if"), contexts, status):
            return
        if "uses" in step:
            given = {k: fill(v, contexts, status) for k, v in step["with"].items()}
            result.events.append(("uses", step["name"], given))
            failed = self.upload_fails
        else:
            environment = {k: fill(v, contexts, status) for k, v in step.get("env", {}).items()}
            code = self._command(step["run"], folder, environment, record["outputs"], result)
            result.events.append(("run", step["name"], code))
            failed = code != 0
        record["outcome"] = "failure" if failed else "success"
        goes_on = fill(step.get("continue-on-error", False), contexts, status) == "true"
        if failed and not goes_on:
            result.outcome = "failure"

    def _command(self, script, folder, environment, outputs, result):
        files = Path(tempfile.mkdtemp(dir=self.temp, prefix="files "))
        # The runner's user, whoever that is in a test.
        files.chmod(0o777)
        names = ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH", "GITHUB_ENV"]
        for name in names:
            (files / name).touch()
            (files / name).chmod(0o666)
        (files / "script.sh").write_text(script)
        path = [*result.path, str(self.programs)]
        all_variables = {
            "HOME": str(self.temp),
            "PATH": os.pathsep.join(path),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_REPOSITORY": self.github["repository"],
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_ACTION_PATH": str(folder),
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "PERLSCAN_CACHE": str(self.temp / "no cache"),
            "SOURCE_DATE_EPOCH": "1787000000",
            **{name: str(files / name) for name in names},
            **self.environment,
            **environment,
        }
        # What `shell: bash` is.
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(files / "script.sh")]
        done = subprocess.run(
            [*self.prefix, *command],
            cwd=self.workspace,
            env=all_variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        text = done.stdout.decode("utf-8", "replace")
        result.log += text
        result.commands += commands(text)
        outputs.update(values((files / "GITHUB_OUTPUT").read_text()))
        result.summary += (files / "GITHUB_STEP_SUMMARY").read_text()
        if (files / "GITHUB_ENV").read_text():
            raise AssertionError("no step has a reason to set variables of later ones")
        result.path = (files / "GITHUB_PATH").read_text().splitlines() + result.path
        return done.returncode


def commands(text):
    """The commands that the runner obeys in a step's output, the old `##[…]` too,
    which it looks for anywhere in a line."""
    found, stopped = [], None
    for line in re.split(r"\r\n|\n|\r", text):
        match = re.match(r"\s*::([\w-]+)(?: (.*?))?::(.*)", line)
        old = re.search(r"##\[([\w-]+)(?: (.*?))?\](.*)", line)
        if stopped is not None:
            if match and match.group(1) == stopped:
                stopped = None
        elif match and match.group(1) == "stop-commands":
            stopped = match.group(3)
        elif match or old:
            name, properties, message = (match or old).groups()
            pairs = [pair.partition("=") for pair in (properties or "").split(",") if pair]
            found.append((name, {k: plain(v) for k, _, v in pairs}, plain(message)))
    if stopped is not None:
        raise AssertionError("commands were stopped and never began again")
    return found


def plain(text):
    """Text of a command without its escapes."""
    for escape, character in [("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n")]:
        text = text.replace(escape, character)
    return text.replace("%25", "%")


def values(text):
    """The values of a runner's file: `NAME=VALUE`, or between marks."""
    found, rest = {}, text.split("\n")
    if rest.pop() != "":
        raise AssertionError(f"the last line is open: {text!r}")
    while rest:
        line = rest.pop(0)
        named = re.match(r"([\w-]+)<<(.+)", line)
        if named:
            end = rest.index(named.group(2))
            found[named.group(1)] = "\n".join(rest[:end])
            rest = rest[end + 1 :]
        else:
            name, equals, value = line.partition("=")
            if not equals:
                raise AssertionError(f"no value: {line!r}")
            found[name] = value
    return found


__all__ = ["ROOT", "Result", "Runner", "commands", "evaluate", "values"]
