"""deploy/helmfile: helmfile makes the releases that scripts/deploy-customer makes."""

import json
import os

import pytest
import yaml
from deploy_customer import recorded, recorders
from engines import KUBERNETES, TOOLS, by_key, refusal, run


def command(repository, *arguments):
    file = repository.folder / "deploy/helmfile/helmfile.yaml.gotmpl"
    return TOOLS / "helmfile", "--quiet", "--helm-binary", TOOLS / "helm", "--file", file, *arguments


def releases(repository):
    """What the file says when its templates are filled in, by name."""
    state = yaml.safe_load(run(*command(repository, "build")))
    return {item["name"]: item for item in state["releases"]}


def test_every_file_is_a_release_and_nothing_else_is(repository):
    listed = json.loads(run(*command(repository, "list", "--output", "json")))
    assert sorted(item["name"] for item in listed if item["enabled"] and item["installed"]) == repository.names


def test_helmfile_renders_what_deploy_customer_deploys(repository, tmp_path):
    target = "{{ .OutputDir }}/{{ .Release.Name }}"
    run(*command(repository, "template", "--output-dir", tmp_path, "--output-dir-template", target, "--args", f"--kube-version {KUBERNETES}"))
    assert sorted(path.name for path in tmp_path.iterdir()) == repository.names
    for name in repository.names:
        items = [item for path in (tmp_path / name).rglob("*.yaml") for item in yaml.safe_load_all(path.read_text(encoding="utf-8")) if item]
        assert by_key(items) == by_key(recorded(repository, name)[2])


def test_one_more_file_is_one_more_release(waves):
    before = releases(waves)
    waves.write("new.yaml", "customer: {name: New, greeting: Hi}\n")
    after = releases(waves)
    assert after.keys() - before.keys() == {"new"}
    assert [name for name in before if before[name] != after[name]] == ["ann"], "only the next wave waits for one more"


def test_a_wave_waits_for_the_one_before(waves):
    found = releases(waves)
    assert {name: item["labels"]["wave"] for name, item in found.items()} == waves.expected
    needs = {name: sorted(item.get("needs", [])) for name, item in found.items()}
    assert needs == {"zoe": [], "bob": ["zoe/zoe"], "eve": ["zoe/zoe"], "ann": ["bob/bob", "eve/eve"]}


@pytest.mark.parametrize("text, named", [
    ("customer: {name: Ann, greeting: Hi}\nrollout: {wave: canary}\n", "rollout.wave is canary: write a number from 0 to 9"),
    ("customer: {name: Ann\n", "offending yaml: customer: {name: Ann"),
])
def test_a_wrong_file_stops_all(waves, text, named):
    waves.write("ann.yaml", text)
    assert named in refusal(*command(waves, "list"))


def test_a_release_is_waited_for_and_rolled_back(repository):
    defaults = yaml.safe_load(run(*command(repository, "build")))["helmDefaults"]
    assert (defaults["wait"], defaults["atomic"], defaults["createNamespace"]) == (True, True, False)


def test_the_namespace_has_the_labels_that_deploy_customer_gives(repository, tmp_path):
    path = recorders(tmp_path / "bin")
    environment = os.environ | {"PATH": f"{path}:{os.environ['PATH']}", "RECORD": str(tmp_path)}
    for name, item in releases(repository).items():
        (hook,) = item["hooks"]
        assert hook["events"] == ["presync"] and item["namespace"] == name
        run(hook["command"], *hook["args"], cwd=repository.folder / "deploy/helmfile", env=environment)
        applied = yaml.safe_load((tmp_path / "namespace").read_text(encoding="utf-8"))
        assert applied == recorded(repository, name)[1]


def test_a_wave_that_fails_ends_the_run(waves, tmp_path):
    """The real helmfile, and a Helm that notes what it is asked to upgrade, which the canary refuses."""
    path = recorders(tmp_path / "bin")
    (path / "helm").write_text(
        '#!/bin/sh\ncase $1 in version) exec "$HELM" "$@" ;; upgrade) echo "$3" >>"$RECORD/order"; [ "$3" != "$FAILS" ] ;; esac\n',
        encoding="utf-8",
    )

    def order(fails):
        (tmp_path / "order").write_text("", encoding="utf-8")
        environment = os.environ | {
            "PATH": f"{path}:{os.environ['PATH']}", "RECORD": str(tmp_path), "HELM": str(TOOLS / "helm"), "FAILS": fails,
        }
        command_line = command(waves, "sync", "--concurrency", "1")
        command_line = [path / "helm" if part == TOOLS / "helm" else part for part in command_line]
        (refusal if fails else run)(*command_line, env=environment)
        return (tmp_path / "order").read_text(encoding="utf-8").split()

    everyone = order("")
    assert everyone[0] == "zoe" and everyone[-1] == "ann" and sorted(everyone) == sorted(waves.expected)
    assert order("zoe") == ["zoe"]
