"""
Write the pipeline as GitLab sees it, with every include filled in, to a file.

    python ci/expand.py pipeline.yml
    check-jsonschema --builtin-schema vendor.gitlab-ci pipeline.yml
"""

import re
import sys
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
# The library carries no types.
YAML_FILES: Any = YAML(typ="safe")
PIPELINE = ROOT / ".gitlab-ci.yml"
TEMPLATE = ROOT / "ci" / "service.yml"
PLACEHOLDER = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")


def expand() -> dict[str, Any]:
    """Read .gitlab-ci.yml and put the jobs of its local includes in their place."""
    pipeline = _load(PIPELINE)[0]
    del pipeline["include"]
    for inputs in read_includes():
        for name, job in _included(inputs).items():
            if name in pipeline:
                raise ValueError(f"The job {name!r} is there twice.")
            pipeline[name] = job
    return pipeline


def read_includes() -> list[dict[str, Any]]:
    """Return what .gitlab-ci.yml gives to each inclusion of the service template."""
    return [include["inputs"] for include in _load(PIPELINE)[0]["include"]]


def _included(inputs: dict[str, Any]) -> dict[str, Any]:
    header, body = _load(TEMPLATE)
    declared = set(header["spec"]["inputs"])
    if declared != set(inputs):
        raise ValueError(
            f"{TEMPLATE.name} takes {sorted(declared)}, but is given {sorted(inputs)}."
        )
    return _filled(body, inputs)


def _load(path: Path) -> list[dict[str, Any]]:
    return list(YAML_FILES.load_all(path))


def _filled(value: Any, inputs: dict[str, Any]) -> Any:
    match value:
        case dict():
            table = cast("dict[str, Any]", value)
            return {_filled(key, inputs): _filled(item, inputs) for key, item in table.items()}
        case list():
            return [_filled(item, inputs) for item in cast("list[Any]", value)]
        case str() if whole := PLACEHOLDER.fullmatch(value):
            return inputs[whole[1]]
        case str():
            return PLACEHOLDER.sub(lambda found: str(inputs[found[1]]), value)
        case _:
            return value


if __name__ == "__main__":
    YAML_FILES.dump(expand(), Path(sys.argv[1]))
