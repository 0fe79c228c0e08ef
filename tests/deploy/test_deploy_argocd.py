"""deploy/argocd: the ApplicationSet makes the releases that scripts/deploy-customer makes."""

import json
import os

import pytest
from definitions import check
from deploy_customer import recorded
from engines import REPO, by_key, one, refusal, run, template, without_tests


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """applicationset/main.go, which does what Argo CD does with the template."""
    path = tmp_path_factory.mktemp("program") / "applicationset"
    run("go", "build", "-o", path, ".", cwd=REPO / "tests/deploy/applicationset")
    return path


def command(program, repository):
    path = repository.folder / "applicationset.json"
    path.write_text(json.dumps(one(repository.objects("argocd"), "ApplicationSet")), encoding="utf-8")
    return program, path, repository.folder


def applications(program, repository):
    return {item["metadata"]["name"]: item for item in json.loads(run(*command(program, repository)))}


def test_every_object_is_what_argo_cd_takes(program, repository):
    items = [*repository.objects("argocd"), *applications(program, repository).values()]
    assert {item["kind"] for item in items} == {"AppProject", "ApplicationSet", "Application"}
    for item in items:
        check(item)
        assert item["metadata"]["namespace"] == "argocd"


def test_every_file_is_an_application_and_nothing_else_is(program, repository):
    assert sorted(applications(program, repository)) == repository.names


def test_one_more_file_is_one_more_application(program, waves):
    before = applications(program, waves)
    waves.write("new.yaml", "customer: {name: New, greeting: Hi}\n")
    waves.commit()
    after = applications(program, waves)
    assert after.keys() - before.keys() == {"new"}
    assert {name: after[name] for name in before} == before, "another customer's Application has changed"


def test_argo_cd_renders_what_deploy_customer_deploys(program, repository):
    for name, item in applications(program, repository).items():
        source, destination = item["spec"]["source"], item["spec"]["destination"]
        chart = repository.folder / source["path"]
        assert source["helm"].keys() == {"valueFiles", "skipTests"}
        items = template(name, ".", destination["namespace"], *source["helm"]["valueFiles"], cwd=chart)
        assert by_key(without_tests(items)) == by_key(without_tests(recorded(repository, name)[2]))


def test_a_commit_is_new_for_those_whose_files_it_changes(program, repository):
    for item in applications(program, repository).values():
        paths = item["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"].split(";")
        source = item["spec"]["source"]
        files = [os.path.normpath(f"/{source['path']}/{name}") for name in source["helm"]["valueFiles"]]
        assert paths == [f"/{source['path']}", *files]


def test_the_namespace_has_the_labels_that_deploy_customer_gives(program, repository):
    for name, item in applications(program, repository).items():
        namespace = recorded(repository, name)[1]
        policy = item["spec"]["syncPolicy"]
        assert "CreateNamespace=true" in policy["syncOptions"]
        assert item["spec"]["destination"]["namespace"] == namespace["metadata"]["name"]
        assert policy["managedNamespaceMetadata"] == {"labels": namespace["metadata"]["labels"]}


def step(steps, application):
    """The number of the first step that takes the application, as Argo CD reads it."""
    for number, entry in enumerate(steps):
        (expression,) = entry["matchExpressions"]
        if application["metadata"]["labels"][expression["key"]] in expression["values"]:
            return number
    return None


def test_waves_are_taken_from_the_files(program, waves):
    items = applications(program, waves)
    assert {name: item["metadata"]["labels"]["greeter/wave"] for name, item in items.items()} == waves.expected


def test_every_wave_has_its_step_and_what_is_no_wave_has_none(program, waves):
    steps = one(waves.objects("argocd"), "ApplicationSet")["spec"]["strategy"]["rollingSync"]["steps"]
    numbers = {str(wave): wave for wave in range(10)} | {"canary": None, "10": None, "-1": None, "0.5": None}
    for wave in numbers:
        waves.write(f"in{wave}.yaml", f"customer: {{name: In, greeting: Hi}}\nrollout: {{wave: {wave}}}\n")
    waves.commit()
    items = applications(program, waves)
    assert {wave: step(steps, items[f"in{wave}"]) for wave in numbers} == numbers
    assert len(steps) == 10


def test_a_file_that_is_no_yaml_changes_nothing(program, waves):
    waves.write("ann.yaml", "customer: {name: Ann\n")
    assert "customer-values/ann.yaml" in refusal(*command(program, waves))


def test_a_vanished_file_leaves_the_customer_served(program, repository):
    policy = one(repository.objects("argocd"), "ApplicationSet")["spec"]["syncPolicy"]
    assert policy == {"preserveResourcesOnDeletion": True}
    for item in applications(program, repository).values():
        assert "finalizers" not in item["metadata"], "Argo CD would delete what it deployed"


def test_the_repository_is_written_once(repository):
    text = "".join(path.read_text(encoding="utf-8") for path in (repository.folder / "deploy/argocd").iterdir())
    items = repository.objects("argocd")
    generator = one(items, "ApplicationSet")["spec"]["generators"][0]["git"]
    assert text.count(generator["repoURL"]) == 1
    source = one(items, "ApplicationSet")["spec"]["template"]["spec"]["source"]
    assert (source["repoURL"], source["targetRevision"]) == (generator["repoURL"], generator["revision"])
    assert one(items, "AppProject")["spec"]["sourceRepos"] == [generator["repoURL"]]


def allowed(project, item):
    group = item["apiVersion"].rpartition("/")[0]
    return any(entry["group"] == group and entry["kind"] in ("*", item["kind"]) for entry in project["spec"]["namespaceResourceWhitelist"])


def test_the_project_allows_all_that_the_chart_has(waves):
    project = one(waves.objects("argocd"), "AppProject")
    # The operator is no customer's, and its customers are objects without a namespace.
    for values in {*(REPO / "tests/chart/configurations").glob("*.yaml")} - {REPO / f"tests/chart/configurations/{mode}.yaml" for mode in ("object", "operator")}:
        items = without_tests(template("x", REPO / "app-chart", "x", values))
        assert items and not [item["kind"] for item in items if not allowed(project, item)], values.name


def test_tokens_that_the_chart_made_are_not_made_anew(program, waves):
    waves.write("ann.yaml", "customer: {name: Ann, greeting: Hi}\napi: {enabled: true}\n")
    item = applications(program, waves)["ann"]
    assert "RespectIgnoreDifferences=true" in item["spec"]["syncPolicy"]["syncOptions"]
    (ignored,) = item["spec"]["ignoreDifferences"]
    secret = one(recorded(waves, "ann")[2], "Secret")
    assert (ignored["kind"], ignored["name"]) == (secret["kind"], secret["metadata"]["name"])
    assert [pointer.split("/")[1:] for pointer in ignored["jsonPointers"]] == [["data", name] for name in secret["data"]]
