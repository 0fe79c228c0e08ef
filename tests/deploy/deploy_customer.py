"""What scripts/deploy-customer asks of helm and kubectl: the measure for every engine."""

import functools
import os
import subprocess
import tempfile
from pathlib import Path

import yaml
from engines import REPO, template, write_json

RECORDERS = {
    # The script goes no further than the release, whose arguments are noted.
    "helm": 'case $1 in version) echo v4.1.4 ;; upgrade) printf "%s\\n" "$@" >"$RECORD/helm" && exit 1 ;; esac',
    "kubectl": 'case " $* " in *" apply "*) cat >"$RECORD/namespace" ;; *" json "*) echo \'{"items": []}\' ;; esac',
}


def recorders(folder):
    """Fills a folder with programs that note how they are called."""
    folder.mkdir(parents=True)
    for name, body in RECORDERS.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


@functools.cache
def recorded(repository, name):
    """(arguments of helm upgrade, the namespace, the objects of that release) for one customer."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        recorders(folder / "greeter" / "bin")  # where the scripts look for programs first
        shared = yaml.safe_load((repository.folder / "deploy" / "values.yaml").read_text(encoding="utf-8"))
        write_json(folder / "common.json", shared)
        environment = os.environ | {
            "XDG_CACHE_HOME": text, "RECORD": text, "RESULTS": text, "TIMEOUT": "1m", "CUSTOMER_VALUES": str(repository.values),
        }
        command = [REPO / "scripts" / "deploy-customer", name]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert (folder / "helm").exists(), done.stderr
        arguments = (folder / "helm").read_text(encoding="utf-8").splitlines()
        return arguments, yaml.safe_load((folder / "namespace").read_text(encoding="utf-8")), rendered(arguments)


def rendered(arguments):
    """The objects of that helm upgrade."""
    assert arguments[:2] == ["upgrade", "--install"]
    release, chart = arguments[2:4]
    options = {"--namespace": [], "--values": []}
    for option, value in zip(arguments, arguments[1:]):
        options.get(option, []).append(value)
    return template(release, chart, *options["--namespace"], *options["--values"])
