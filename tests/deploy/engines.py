"""A repository to deploy from, and what each engine makes of it: with real programs, as the engine itself would."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import yaml

REPO = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "greeter"
TOOLS = CACHE / "gitops"
KUBERNETES = "1.37.0"
os.environ["PATH"] = f"{CACHE}/bin:{os.environ['PATH']}"
os.environ.pop("CUSTOMER_VALUES", None)  # scripts/test names this repository's, the tests have folders of their own


def run(*command, **options):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=600, **options)
    assert done.returncode == 0, f"{command}: {done.stderr or done.stdout}"
    return done.stdout


def refusal(*command, **options):
    """What a command says that has to fail."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=600, **options)
    assert done.returncode != 0, f"{command} has to fail"
    return done.stderr


def documents(text):
    return [item for item in yaml.safe_load_all(text) if item]


def key(item):
    return item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]


def by_key(items):
    result = {key(item): item for item in items}
    assert len(result) == len(items), "an object is there twice"
    return result


def find(items, kind):
    return [item for item in items if item["kind"] == kind]


def one(items, kind, name=None):
    found = [item for item in find(items, kind) if name in (None, item["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} objects of kind {kind} named {name}"
    return found[0]


def template(release, chart, namespace, *values, helm="helm", **options):
    """What Helm renders for the values files, in the order of their weight."""
    files = [argument for file in values for argument in ("--values", file)]
    return documents(run(helm, "template", release, chart, "--namespace", namespace, "--kube-version", KUBERNETES, *files, **options))


def without_tests(items):
    """What is installed: `helm test` makes the others."""
    return [item for item in items if item["metadata"].get("annotations", {}).get("helm.sh/hook") != "test"]


class Repository:
    """A git repository with the chart and deploy/ of this one, and customers of its own."""

    def __init__(self, folder, customers):
        self.folder = folder
        for part in ("app-chart", "deploy"):
            shutil.copytree(REPO / part, folder / part)
        self.values.mkdir()
        for name, text in customers.items():
            self.write(name, text)

    @property
    def values(self):
        return self.folder / "customer-values"

    def write(self, name, text):
        path = self.values / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self):
        run("git", "-c", "init.defaultBranch=main", "init", "-q", cwd=self.folder)
        run("git", "add", "-A", cwd=self.folder)

    def objects(self, engine):
        return documents(run("kubectl", "kustomize", self.folder / "deploy" / engine))


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path
