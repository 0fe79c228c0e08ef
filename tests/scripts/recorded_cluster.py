"""A cluster that answers as it is told, for tests of what the scripts ask of it: kubectl and helm are programs that note their
calls. What needs no cluster is done by the real ones."""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "greeter/bin"
PROGRAM = """#!{python}
import json, os, re, sys
program, line = os.path.basename(sys.argv[0]), " ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]])
if "--local" in sys.argv or line.startswith(("helm template", "helm version", "helm lint")):
    os.execv("{real}", [program, *sys.argv[1:]])
given = sys.stdin.read() if "-" in sys.argv else ""
with open("{folder}/calls", "a", encoding="utf-8") as calls:
    calls.write(json.dumps([line, given]) + "\\n")
with open("{folder}/rules", encoding="utf-8") as rules:
    for pattern, output, code in reversed(json.load(rules)):
        if re.search(pattern, line):
            sys.stdout.write(output)
            sys.exit(code)
"""
NONE = json.dumps({"kind": "List", "items": []})
CUSTOMERS = "customers.greeter.parcellab.com"


class Cluster:
    """What it is not told about it answers with nothing, or with an empty list where JSON is asked for."""

    def __init__(self, folder):
        self.folder, self.repo, self.rules = folder, folder / "repo", []
        programs = folder / "cache/greeter/bin"  # where the scripts look first
        programs.mkdir(parents=True)
        for name in ("kubectl", "helm"):
            real = shutil.which(name, path=f"{TOOLS}:{os.environ['PATH']}")
            (programs / name).write_text(PROGRAM.format(python=sys.executable, real=real, folder=folder), encoding="utf-8")
            (programs / name).chmod(0o755)
        shutil.copytree(REPO / "scripts", self.repo / "scripts")
        for name in ("app-chart", "build", "CMakeLists.txt"):
            (self.repo / name).symlink_to(REPO / name)
        self.values = self.repo / "customer-values"
        self.values.mkdir()
        self.stub("bootstrap")
        self.stub("cluster-up")
        self.stub("import-image", 'echo "$1"')
        self.says("^kubectl .*-o json", NONE)
        self.says("get customer ")
        self.says("^helm get", code=1)
        self.says("^helm list", "[]")
        self.says("get nodes -o json", json.dumps({"items": [{"status": {"nodeInfo": {"kubeletVersion": "v1"}}}]}))

    def says(self, pattern, output="", code=0):
        """To a command line that has this; what was said last counts."""
        self.rules.append((pattern, output if isinstance(output, str) else json.dumps(output), code))
        (self.folder / "rules").write_text(json.dumps(self.rules), encoding="utf-8")

    def stub(self, script, body=""):
        """A script that is another's business: it notes how it was called, and does this."""
        file = self.repo / "scripts" / script
        file.write_text(f'#!/usr/bin/env bash\necho "{script} $*${{TAKE_OWNERSHIP:+ TAKE_OWNERSHIP}}" >>{self.folder}/stubs\n{body}\n', encoding="utf-8")
        file.chmod(0o755)

    def write(self, name, text):
        (self.values / f"{name}.yaml").write_text(text, encoding="utf-8")

    def run(self, script, *arguments, **env):
        (self.folder / "calls").write_text("", encoding="utf-8")
        (self.folder / "stubs").write_text("", encoding="utf-8")
        base = {key: value for key, value in os.environ.items() if key not in ("KUBECONFIG", "CONTEXT", "STORE", "YES")}
        env = {**base, "XDG_CACHE_HOME": str(self.folder / "cache"), "CUSTOMER_VALUES": str(self.values), "IMAGE": "greeter:1",
               "KUBECONFIG": str(self.folder / "kubeconfig"), "DOMAIN": "parcellab.com", "TIMEOUT": "5s", **env}
        command = [self.repo / "scripts" / script, *arguments] if (self.repo / "scripts" / script).exists() else ["bash", "-c", script]
        return subprocess.run(command, cwd=self.repo / "scripts", env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def must(self, script, *arguments, **env):
        done = self.run(script, *arguments, **env)
        assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
        return done

    def calls(self, pattern):
        """The command lines of kubectl and helm with this, in order, each with what it read."""
        lines = (self.folder / "calls").read_text(encoding="utf-8").splitlines()
        return [(line, given) for line, given in map(json.loads, lines) if re.search(pattern, line)]

    def lines(self, pattern):
        return [line for line, _ in self.calls(pattern)]

    def stubs(self):
        return (self.folder / "stubs").read_text(encoding="utf-8").splitlines()

    # What is there

    def has_customer(self, name, annotations=None, **spec):
        item = {"apiVersion": "greeter.parcellab.com/v1alpha1", "kind": "Customer",
                "metadata": {"name": name, "annotations": annotations or {}},
                "spec": {"name": "X", "greeting": "Hi", "class": "standard", **spec}, "status": {"hosts": [f"{name}.parcellab.com"]}}
        self.says(f"get crd {CUSTOMERS}", f"crd/{CUSTOMERS}")
        self.says(f"get {CUSTOMERS} -o json", {"items": [item]})
        self.says(f"get customer {name} .*-o json", item)
        self.says(f"get customer {name} .*-o name", name)

    def has_instance(self, name, operated):
        self.says("get deployments .*-L", f"{name}   greeter-{name}   2/2   2   2   5d   {name if operated else ''}\n")
