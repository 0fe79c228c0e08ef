"""A site of its own on the real cluster: copies of the customers under names that begin with e2e-, so that the customers
that are deployed there stay as they are."""
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from site_under_test import PREFIX, REPO, Site


def clean_up(site):
    """Removes what this run, or an earlier one that was interrupted, deployed."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: site.must("undeploy", CUSTOMER=name, DELETE_DATA="1"), site.deployed()))


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    values = tmp_path_factory.mktemp("customer-values")
    for file in sorted((REPO / "customer-values").glob("*.yaml")):
        shutil.copy(file, values / (PREFIX + file.name))
    kubeconfig = subprocess.run([REPO / "scripts/cluster-up"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    site = Site(Path(values), kubeconfig)
    clean_up(site)
    yield site
    clean_up(site)


@pytest.fixture(scope="session")
def deployed(site):
    """The site with every customer deployed, from nothing; `first_deploy` is what that printed."""
    site.first_deploy = site.run("deploy")
    assert site.first_deploy.returncode == 0, site.first_deploy.stderr
    return site


@pytest.fixture
def customer(deployed, request):
    """A customer just for this test, deployed: its name. The test may change it as it likes; it goes with the site."""
    name = PREFIX + request.node.originalname.removeprefix("test_").replace("_", "-")[:24].strip("-")
    deployed.write(name, greeting=f"This is {name}")
    deployed.must("deploy", CUSTOMER=name)
    yield name
    deployed.file(name).unlink()
