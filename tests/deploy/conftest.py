"""The repositories that every engine is tried on."""

import pytest
import yaml
from engines import REPO, Repository

CHART = yaml.safe_load((REPO / "app-chart/values.yaml").read_text(encoding="utf-8"))
DEFAULT_WAVE = str(CHART.get("rollout", {}).get("wave", 1))

# What the folder may hold, and more than once something that one of the engines would trip over.
ODD = {
    "0-digits.yaml": "customer:\n  name: '0123'\n  greeting: \"yes\"\ndomain: example.com\n",
    f"{'long-' * 10}end.yaml": "customer: {name: Long, greeting: 'key: value # no comment'}\n",
    "texts.yaml": (
        "customer:\n  name: '{{ .Release.Name }} Grüß $(HOME)'\n"
        "  greeting: |2\n      {{ .path.path }} %d ${x}\n    你好 👋🏽 <left> & \"right\"\n\n"
    ),
    "kinds.yaml": (
        "customer:\n  name: Kinds\n  greeting: '1.0'\n  greetings:\n"
        "    christmas: {text: Ho, starts_at: 2026-12-24T00:00:00+01:00, ends_at: 2026-12-27T00:00:00Z, tags: []}\n"
        "image: {repository: other, tag: '1', digest: ''}\npersistence: {enabled: true}\n"
        "api: {enabled: true, existingSecret: tokens}\nserver: {maxConnections: 1000000, accessLog: false}\n"
    ),
}
# What is no customer.
OTHER_FILES = {
    ".hidden.yaml": "customer: {name: Hidden, greeting: Hi}\n",
    "nested/deep.yaml": "customer: {name: Deep, greeting: Hi}\n",
    "notes.txt": "nothing to deploy\n",
}


def real_customers():
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((REPO / "customer-values").glob("*.yaml"))}


@pytest.fixture(scope="session", params=["real", "odd"])
def repository(request, tmp_path_factory):
    """This repository's customers, and others that it never had."""
    customers = real_customers() if request.param == "real" else ODD | OTHER_FILES
    result = Repository(tmp_path_factory.mktemp(request.param), customers)
    result.names = sorted(name.removesuffix(".yaml") for name in customers if name not in OTHER_FILES)
    result.commit()
    return result


@pytest.fixture
def waves(tmp_path):
    """A repository with a canary, a wave that nobody is in, and a customer without a word about it."""
    def customer(name, rollout=""):
        return f"customer: {{name: {name}, greeting: Hi}}\n{rollout}"

    result = Repository(tmp_path / "repository", {
        "zoe.yaml": customer("Zoe", "rollout: {wave: 0}\n"),
        "bob.yaml": customer("Bob"),
        "eve.yaml": customer("Eve", "rollout:\n"),
        "ann.yaml": customer("Ann", "rollout: {wave: 3}\n"),
    })
    result.expected = {"zoe": "0", "bob": DEFAULT_WAVE, "eve": DEFAULT_WAVE, "ann": "3"}
    result.commit()
    return result
