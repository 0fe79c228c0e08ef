"""Runs Helm and reads what it renders. HELM=/path/to/helm picks another Helm."""

import functools
import os
import re
import subprocess
from pathlib import Path

import yaml

REPO = Path(__file__).resolve().parents[2]
CHART = REPO / "app-chart"
CUSTOMER_VALUES = Path(os.environ.get("CUSTOMER_VALUES", REPO / "customer-values"))
CONFIGURATIONS = sorted((Path(__file__).parent / "configurations").glob("*.yaml"))
# Those that serve; the others have tests of their own.
SERVING = [path for path in CONFIGURATIONS if path.stem not in ("object", "operator")]
STORE_CHART = REPO / "store-chart"
STORE_CONFIGURATIONS = sorted((Path(__file__).parent / "store/configurations").glob("*.yaml"))
# The oldest that Chart.yaml allows, and the newest whose schemas there are.
KUBERNETES = ("1.30.0", "1.37.0")

# Texts that YAML, Helm or Kubernetes would change if the chart were careless.
TEXTS = [
    "Grüß Gott!",
    "你好 👋🏽",
    'He said "hi" & <left>',
    "$(CUSTOMER_NAME) $$ ${x} $",
    "{{ .Values.domain }}",
    "two\nlines\n",
    "  leading\n    and trailing  \n\n",
    "tab\tand\\backslash",
    "# no comment",
    "key: value",
    "- item",
    "'",
    "%d",
    "yes",
    "null",
    "1.0",
    "0x1F",
    "2026-01-01",
    "~",
    "--",
    "\u200b\u2028\ufeff",
    "long " * 60,
]

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
os.environ["PATH"] = f"{CACHE}/greeter/bin:{os.environ['PATH']}"


class UniqueKeys(yaml.SafeLoader):
    """Refuses a key that is written twice, of which PyYAML would keep the last."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key is there twice: {sorted(keys)}"
        return super().construct_mapping(node, deep)


def run(*command, **options):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)
    except FileNotFoundError:
        raise AssertionError(f"{command[0]} is not installed: run scripts/bootstrap chart") from None


def helm(*arguments, **options):
    return run(os.environ.get("HELM", "helm"), *map(str, arguments), **options)


def template(*arguments, release="customer-x", values=None, chart=CHART, kubernetes=KUBERNETES[1]):
    """Renders; `values` is a dict in place of a values file. Gives the finished process."""
    command = ["template", release, chart, "--namespace", release, "--kube-version", kubernetes, *arguments]
    if values is None:
        return helm(*command)
    return helm(*command, "--values", "-", input=yaml.safe_dump(values, allow_unicode=True))


def objects(*arguments, **options):
    """Renders and parses; fails with Helm's message when it refuses."""
    done = template(*arguments, **options)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.load_all(done.stdout, UniqueKeys) if item]


@functools.cache
def rendered(path, chart=CHART):
    """The objects of a values file, whose stem is the release."""
    return objects("--values", path, release=path.stem, chart=chart)


def refusal(*arguments, **options):
    """Helm's message, from a rendering that has to fail."""
    done = template(*arguments, **options)
    assert done.returncode != 0, f"rendered, but has to be refused: {arguments} {options}"
    return done.stderr


def faults(message):
    """(dotted path, what is wrong) for each line of a refusal by the schema; Helm before 3.18 words it otherwise."""
    for line in message.splitlines():
        if found := re.match(r"\s*- (?:at '/?([^']*)'|([^:]+)): (.*)", line):
            yield (found[1] or "").replace("/", ".") or (found[2] or "").replace("(root)", ""), found[3]


def customer(**values):
    """Values with a customer, and more."""
    return {"customer": {"name": "X", "greeting": "Hello!"}} | values


def find(items, kind):
    return [item for item in items if item["kind"] == kind]


def expanded(text):
    """What Kubernetes makes of env and args: $$ is a dollar sign, $(NAME) a variable."""
    return re.sub(r"\$(\$|\((\w+)\))", lambda found: "$" if found[1] == "$" else "EXPANDED", text)


def one(items, kind):
    found = find(items, kind)
    assert len(found) == 1, f"{len(found)} objects of kind {kind}"
    return found[0]


def pod(items):
    """The spec of the Deployment's pods."""
    return one(items, "Deployment")["spec"]["template"]["spec"]


def strings(value):
    """Every text in an object, keys included."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value
