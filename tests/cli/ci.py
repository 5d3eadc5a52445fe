#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CI services would make of action.yml and of docs/ci.md's snippets.

ci.py keys SOURCE                     the keys are those that the services document
ci.py action SOURCE FOLDER [ID=VALUE...]
                                      run the action's shell steps in FOLDER
ci.py action-of-doc SOURCE FOLDER N   the same, with the inputs of the Nth `uses: ./tools/mkboot`
ci.py workflow | gitlab | shell SOURCE FOLDER
                                      run docs/ci.md's shell steps of that kind in FOLDER

FOLDER/work is the workspace; FOLDER/bin comes first on PATH. The exit status is that of the step
that failed.
"""
import os
import pathlib
import re
import subprocess
import sys
import textwrap

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
ACTION_DIR = "tools/mkboot"

# docs.github.com: metadata syntax for GitHub Actions, composite actions
ACTION = {"name", "author", "description", "inputs", "outputs", "runs", "branding"}
INPUT = {"description", "required", "default", "deprecationMessage"}
STEP = {"name", "id", "if", "env", "continue-on-error"}
RUN_STEP = STEP | {"run", "shell", "working-directory"}
USES_STEP = STEP | {"uses", "with"}
# docs.github.com: workflow syntax for GitHub Actions
WORKFLOW = {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
JOB = {"name", "permissions", "needs", "if", "runs-on", "environment", "concurrency", "outputs", "env",
       "defaults", "steps", "timeout-minutes", "strategy", "continue-on-error", "container",
       "services", "uses", "with", "secrets"}
# docs.gitlab.com: CI/CD YAML syntax reference, job keywords
GITLAB = {"after_script", "allow_failure", "artifacts", "before_script", "cache", "coverage",
          "dast_configuration", "dependencies", "environment", "extends", "hooks", "identity",
          "id_tokens", "image", "inherit", "interruptible", "manual_confirmation", "needs", "pages",
          "parallel", "release", "resource_group", "retry", "rules", "run", "script", "secrets",
          "services", "stage", "start_in", "tags", "timeout", "trigger", "variables", "when"}
GITLAB_ARTIFACTS = {"paths", "exclude", "expire_in", "expose_as", "name", "public", "access", "reports",
                    "untracked", "when"}
GITLAB_CACHE = {"paths", "key", "unprotect", "untracked", "when", "policy", "fallback_keys"}


def check(ok, what):
    if not ok:
        sys.exit(f"ci.py: {what}")


def check_keys(given, known, what):
    check(isinstance(given, dict), f"{what}: not a mapping")
    check(set(given) <= known, f"{what}: unknown keys {sorted(set(given) - known)}")


def load(text):
    data = yaml.safe_load(text)
    if isinstance(data, dict) and True in data:  # YAML 1.1 takes `on` for a truth value
        data["on"] = data.pop(True)
    return data


def action(source):
    return load((source / "action.yml").read_text())


def snippets(source, language):
    text = (source / "docs/ci.md").read_text()
    return [textwrap.dedent(s) for s in re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)]


def documents(source):
    """docs/ci.md's YAML: workflow, GitLab's file, and the list of steps for the action."""
    found = {"uses": []}
    for data in map(load, snippets(source, "yaml")):
        if isinstance(data, list):
            found["uses"] += [s["with"] for s in data]
        elif "jobs" in data:
            found["workflow"] = data
            for job in data["jobs"].values():
                found["uses"] += [s["with"] for s in job["steps"] if s.get("uses") == f"./{ACTION_DIR}"]
        else:
            found["gitlab"] = data
    return found


def check_step(step, what, composite, inputs, ids):
    is_run = "run" in step
    check(is_run != ("uses" in step), f"{what}: either run or uses")
    check_keys(step, RUN_STEP if is_run else USES_STEP | ({"timeout-minutes"} - set()), what)
    if is_run and composite:
        check(step.get("shell") == "bash", f"{what}: a run step of a composite action needs its shell")
    if is_run:
        check("${{" not in step["run"], f"{what}: an expression within a script is an injection")
    if not is_run:
        check(step["uses"].startswith("./") or re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]),
              f"{what}: {step['uses']}")
    for value in [step.get("if", ""), *step.get("env", {}).values(), *step.get("with", {}).values()]:
        for e in EXPRESSION.findall(str(value)):
            check_expression(e, what, inputs, ids)
    if "id" in step:
        ids.add(step["id"])


def check_expression(e, what, inputs, ids):
    m = re.fullmatch(r"(?:hashFiles\()?inputs\.([\w-]+)\)?", e)
    if m:
        check(m[1] in inputs, f"{what}: there is no input {m[1]}")
        return
    m = re.fullmatch(r"steps\.([\w-]+)\.outputs\.[\w-]+", e)
    if m:
        check(m[1] in ids, f"{what}: there is no step {m[1]}")
        return
    check(e in ("always()", "runner.os", "runner.arch"), f"{what}: {e}?")


def check_action(data):
    check_keys(data, ACTION, "action.yml")
    check({"name", "description", "runs"} <= set(data), "action.yml: name, description and runs are required")
    for name, spec in data["inputs"].items():
        check(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name), f"input {name}: no such name can be")
        check_keys(spec, INPUT, f"input {name}")
        check("description" in spec, f"input {name}: a description is required")
    check_keys(data["runs"], {"using", "steps"}, "runs")
    check(data["runs"]["using"] == "composite", "runs.using")
    ids = set()
    for i, step in enumerate(data["runs"]["steps"]):
        check_step(step, f"action.yml: step {i + 1}", True, data["inputs"], ids)
    for name, spec in data["outputs"].items():
        check_keys(spec, {"description", "value"}, f"output {name}")
        for e in EXPRESSION.findall(spec["value"]):
            check_expression(e, f"output {name}", data["inputs"], ids)


def check_docs(source, inputs):
    found = documents(source)
    check_keys(found["workflow"], WORKFLOW, "the workflow")
    check(found["workflow"]["permissions"] == {"contents": "read"}, "the workflow's permissions")
    for name, job in found["workflow"]["jobs"].items():
        check_keys(job, JOB, f"job {name}")
        for step in job["steps"]:
            check_step(step, f"job {name}", False, {}, set())
    check(len(found["uses"]) == 2, "the action is used twice in docs/ci.md")
    for given in found["uses"]:
        check(set(given) <= set(inputs), f"docs/ci.md: the action has no input {set(given) - set(inputs)}")
    table = set(re.findall(r"^\| `([\w-]+)` \|", (source / "docs/ci.md").read_text(), re.M))
    check(table == set(inputs), f"docs/ci.md's table has other inputs: {table ^ set(inputs)}")
    for name, job in found["gitlab"].items():
        check_keys(job, GITLAB, f"GitLab's job {name}")
        check_keys(job["artifacts"], GITLAB_ARTIFACTS, "artifacts")
        check_keys(job["cache"], GITLAB_CACHE, "cache")
        check("script" in job, "a job of GitLab's needs a script")
    check(len(snippets(source, "sh")) == 1, "docs/ci.md's shell snippet")


def environment(folder, more):
    """Nothing of this shell's: a runner has none of it."""
    (folder / "home").mkdir(exist_ok=True)
    env = {"PATH": f"{folder}/bin:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder / "home"), "CI": "true",
           "LANG": "C.UTF-8"}
    env.update(more)
    return env


def run_script(folder, script, env, what):
    path = folder / "script.sh"
    path.write_text(script)
    print(f"--- {what}", flush=True)
    r = subprocess.run(["bash", "--noprofile", "--norc", "-euo", "pipefail", path], cwd=folder / "work", env=env,
                       stdin=subprocess.DEVNULL, check=False)
    if r.returncode != 0:
        print(f"--- exit status {r.returncode}")
        sys.exit(r.returncode)


def github(folder):
    """Default environment variables of GitHub's runners."""
    work = folder / "work"
    files = {n: folder / n.lower() for n in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH", "GITHUB_ENV")}
    for f in files.values():
        f.touch()
    return environment(folder, {
        "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(work), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64",
        "RUNNER_TEMP": str(folder), **{n: str(f) for n, f in files.items()}})


def run_action(source, folder, given):
    data = action(source)
    inputs = {n: str(given.get(n, s.get("default", ""))) for n, s in data["inputs"].items()}

    def fill(text):
        return EXPRESSION.sub(lambda m: inputs[m[1].removeprefix("inputs.")], str(text))

    env = github(folder)
    env["GITHUB_ACTION_PATH"] = str(folder / "work" / ACTION_DIR)
    path = env["PATH"]
    for step in data["runs"]["steps"]:
        if "run" not in step:
            continue
        added = reversed((folder / "github_path").read_text().split())
        env["PATH"] = ":".join([*added, path])
        run_script(folder, step["run"], {**env, **{k: fill(v) for k, v in step.get("env", {}).items()}}, step["name"])


def upload(source, folder, given):
    """The paths that the last step uploads."""
    data = action(source)
    inputs = {n: str(given.get(n, s.get("default", ""))) for n, s in data["inputs"].items()}
    step = data["runs"]["steps"][-1]
    check(step["uses"].startswith("actions/upload-artifact@") and step["if"] == "${{ always() }}",
          "the last step uploads, always")
    for path in EXPRESSION.sub(lambda m: inputs[m[1].removeprefix("inputs.")], step["with"]["path"]).splitlines():
        check((folder / "work" / path).exists(), f"{path} is not there to be uploaded")


def run_gitlab(source, folder):
    work = folder / "work"
    for name, job in documents(source)["gitlab"].items():
        env = environment(folder, {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(work),
                                   "CI_COMMIT_TIMESTAMP": "2026-01-01T00:00:00+00:00"})
        for k, v in job["variables"].items():
            env[k] = str(v).replace("$CI_PROJECT_DIR", str(work))
        # one shell for both lists
        run_script(folder, "\n".join(job["before_script"] + job["script"]) + "\n", env, name)
        for path in [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]:
            check((work / path).exists(), f"{path} is not there to be uploaded")


def main():
    what, source = sys.argv[1], pathlib.Path(sys.argv[2])
    folder = pathlib.Path(sys.argv[3]).resolve() if len(sys.argv) > 3 else None
    if what == "keys":
        data = action(source)
        check_action(data)
        check_docs(source, data["inputs"])
    elif what in ("action", "action-of-doc", "upload"):
        given = documents(source)["uses"][int(sys.argv[4])] if what == "action-of-doc" else dict(
            a.split("=", 1) for a in sys.argv[4:])
        if what != "upload":
            run_action(source, folder, given)
        upload(source, folder, given)
    elif what == "workflow":
        env = github(folder)
        for job in documents(source)["workflow"]["jobs"].values():
            for step in job["steps"]:
                if "run" in step:
                    run_script(folder, step["run"], env, step["name"])
    elif what == "gitlab":
        run_gitlab(source, folder)
    elif what == "shell":
        for s in snippets(source, "sh"):
            run_script(folder, s, environment(folder, {}), "docs/ci.md")
    else:
        sys.exit(__doc__)


main()
