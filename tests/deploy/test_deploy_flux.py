"""deploy/flux: the fleet chart makes the releases that scripts/deploy-customer makes."""

import shutil

import pytest
import yaml
from definitions import check
from deploy_customer import recorded
from engines import KUBERNETES, by_key, find, key, one, refusal, run, template, write_json


def fetched(repository, source, folder):
    """The files that source-controller takes of a commit: those of git, less what `ignore` leaves out."""
    folder.mkdir(parents=True)
    patterns = folder.with_suffix(".ignore")
    patterns.write_text(source["spec"]["ignore"], encoding="utf-8")
    tracked = run("git", "ls-files", "-z", cwd=repository.folder).split("\0")[:-1]
    ignored = run("git", "ls-files", "-z", "-c", "-i", f"--exclude-from={patterns}", cwd=repository.folder).split("\0")
    for name in set(tracked) - set(ignored):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository.folder / name, folder / name)
    return folder


def generated(spec, sources, folder):
    """The artifact that source-watcher makes: copies by glob, of a folder's content, or of one file."""
    for entry in spec["copy"]:
        alias, _, pattern = entry["from"].removeprefix("@").partition("/")
        target = folder / entry["to"].removeprefix("@artifact/")
        root = sources[alias] / pattern.partition("*")[0]
        for path in sources[alias].glob(pattern + "/*" * pattern.endswith("**")):
            if path.is_file():
                to = target / path.relative_to(root) if entry["to"].endswith("/") else target
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, to)
    return folder


class Fleet:
    """deploy/flux as Flux sees it: its objects, and the arguments for the chart that it makes of them."""

    def __init__(self, repository, folder):
        self.static = repository.objects("flux")
        self.release = one(self.static, "HelmRelease")
        generator = one(self.static, "ArtifactGenerator")["spec"]
        sources = {}
        for entry in generator["sources"]:
            source = one(self.static, entry["kind"], entry["name"])
            sources[entry["alias"]] = fetched(repository, source, folder / "source")
        artifact = next(item for item in generator["artifacts"] if item["name"] == self.release["spec"]["chartRef"]["name"])
        (self.chart,) = generated(artifact, sources, folder / "artifact").iterdir()
        self.arguments = (
            self.release["metadata"]["name"], self.chart, self.release["metadata"]["namespace"],
            write_json(folder / "values.json", self.release["spec"]["values"]),
        )

    def objects(self):
        return template(*self.arguments)

    def refusal(self):
        name, chart, namespace, values = self.arguments
        return refusal("helm", "template", name, chart, "--namespace", namespace, "--values", values, "--kube-version", KUBERNETES)


@pytest.fixture(scope="session")
def fleet(repository, tmp_path_factory):
    """(what is applied by hand, what Flux makes of it)"""
    made = Fleet(repository, tmp_path_factory.mktemp("fleet"))
    return made.static, made.objects()


def releases(items):
    return {item["metadata"]["name"]: item for item in find(items, "HelmRelease")}


def made(repository, folder):
    repository.commit()
    return Fleet(repository, folder).objects()


def test_every_object_is_what_flux_takes(fleet):
    for item in [*fleet[0], *fleet[1]]:
        check(item)


def test_every_file_is_a_release_and_nothing_else_is(fleet, repository):
    assert sorted(releases(fleet[1])) == repository.names
    assert sorted(item["metadata"]["name"] for item in find(fleet[1], "Namespace")) == repository.names


def test_one_more_file_is_one_more_release(waves, tmp_path):
    before = by_key(made(waves, tmp_path / "before"))
    waves.write("new.yaml", "customer: {name: New, greeting: Hi}\n")
    after = by_key(made(waves, tmp_path / "after"))
    assert {(kind, name) for kind, _, name in after.keys() - before.keys()} == {("HelmRelease", "new"), ("Namespace", "new")}
    changed = [name for name in before if before[name] != after[name]]
    assert changed == [("HelmRelease", "flux-system", "ann")], "only the next wave waits for one more"


def test_flux_renders_what_deploy_customer_deploys(fleet, repository, tmp_path):
    static, items = fleet
    for name, release in releases(items).items():
        spec = release["spec"]
        chart = one(items, spec["chartRef"]["kind"], spec["chartRef"]["name"])["spec"]
        source = one(items, chart["sourceRef"]["kind"], chart["sourceRef"]["name"])["spec"]
        assert source["url"] == one(static, "GitRepository")["spec"]["url"]
        version = yaml.safe_load((repository.folder / chart["chart"] / "Chart.yaml").read_text(encoding="utf-8"))["version"]
        assert source["ref"] == {"tag": f"v{version}"}
        files = []
        for number, reference in enumerate(spec["valuesFrom"]):
            files.append(tmp_path / f"{name}-{number}.yaml")
            files[-1].write_text(one(items, reference["kind"], reference["name"])["data"]["values.yaml"], encoding="utf-8")
        files.append(write_json(tmp_path / f"{name}.json", spec["values"]))
        assert spec["storageNamespace"] == spec["targetNamespace"], "where Helm looks for the release"
        rendered = template(spec["releaseName"], repository.folder / chart["chart"], spec["targetNamespace"], *files)
        assert by_key(rendered) == by_key(recorded(repository, name)[2])


def test_the_namespace_has_the_labels_that_deploy_customer_gives(fleet, repository):
    for item in find(fleet[1], "Namespace"):
        labels = dict(recorded(repository, item["metadata"]["name"])[1]["metadata"]["labels"])
        del labels["app.kubernetes.io/managed-by"]  # Helm, which makes it, insists on its own name there
        assert item["metadata"]["labels"] == labels


def test_a_wave_waits_for_the_one_before(waves, tmp_path):
    found = releases(made(waves, tmp_path / "fleet"))
    assert {name: item["metadata"]["labels"]["greeter/wave"] for name, item in found.items()} == waves.expected
    needs = {name: [other["name"] for other in item["spec"].get("dependsOn", [])] for name, item in found.items()}
    assert needs == {"zoe": [], "bob": ["zoe"], "eve": ["zoe"], "ann": ["bob", "eve"]}
    assert list(found) == ["zoe", "bob", "eve", "ann"], "a later wave must not be changed before an earlier one"


@pytest.mark.parametrize("path, old, new", [
    ("app-chart/Chart.yaml", "\nversion: ", "\nversion: 9"),
    ("deploy/values.yaml", "repository: ", "tag: '2'\n  repository: "),
])
def test_what_is_new_for_all_changes_every_release(waves, tmp_path, path, old, new):
    """A release that stays as it was would not wait for the waves before it."""
    before = releases(made(waves, tmp_path / "before"))
    text = (waves.folder / path).read_text(encoding="utf-8")
    assert old in text
    (waves.folder / path).write_text(text.replace(old, new), encoding="utf-8")
    after = releases(made(waves, tmp_path / "after"))
    assert before.keys() == after.keys() and not [name for name in before if before[name] == after[name]]


@pytest.mark.parametrize("text, named", [
    ("customer: {name: Ann, greeting: Hi}\nrollout: {wave: canary}\n", "rollout.wave is canary: write a number from 0 to 9"),
    ("customer: {name: Ann, greeting: Hi}\nrollout: {wave: 10}\n", "rollout.wave is 10: write a number from 0 to 9"),
    ("customer: {name: Ann\n", "ann.yaml: "),
])
def test_a_wrong_file_changes_nothing(waves, tmp_path, text, named):
    waves.write("ann.yaml", text)
    waves.commit()
    assert named in Fleet(waves, tmp_path / "fleet").refusal()


def test_no_files_at_all_remove_nobody(waves, tmp_path):
    for path in waves.values.iterdir():
        path.unlink()
    waves.write("README.md", "")
    waves.commit()
    assert "customer-values has no *.yaml" in Fleet(waves, tmp_path / "fleet").refusal()


def test_a_vanished_file_leaves_the_customer_served(fleet):
    for item in [*find(fleet[1], "HelmRelease"), *find(fleet[1], "Namespace")]:
        assert item["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep", key(item)


def test_a_failed_upgrade_is_rolled_back(fleet):
    for item in find(fleet[1], "HelmRelease"):
        assert item["spec"]["upgrade"]["remediation"]["remediateLastFailure"], key(item)


def test_the_repository_is_written_once(repository):
    text = "".join(path.read_text(encoding="utf-8") for path in (repository.folder / "deploy/flux").glob("*.yaml"))
    assert text.count(one(repository.objects("flux"), "GitRepository")["spec"]["url"]) == 1
