"""environment.yml, pyproject.toml and constraints.txt say the same versions."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from repository import ROOT

CONDA_NAMES = {"pytorch-cpu": "torch"}


def project_requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = project["dependencies"] + project["optional-dependencies"]["lab"]
    for extra in ("cluster", "postgresql", "report", "dev"):
        texts += project["optional-dependencies"][extra]
    return {r.name: r.specifier for r in map(Requirement, texts)}, project["requires-python"]


def test_conda_and_pip_ask_for_the_same_versions():
    wanted, python = project_requirements()
    for line in yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]:
        requirement = Requirement(line)
        name = CONDA_NAMES.get(requirement.name, requirement.name)
        if name == "python":
            assert str(requirement.specifier) == python
        elif name != "pip":
            assert requirement.specifier == wanted[name], name


def test_the_tested_versions_are_admitted_and_torch_is_2_13_0():
    text = (ROOT / "constraints.txt").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)$", text.lower(), re.MULTILINE))
    assert pinned["torch"] == "2.13.0"
    for name, specifier in project_requirements()[0].items():
        assert specifier.contains(pinned[name.lower()]), name
