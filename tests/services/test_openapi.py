"""Valid and invalid requests generated from the OpenAPI descriptions get only responses described there."""

import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings, strategies
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gourmetgram.classes import CLASSES
from tests.conftest import ROOT
from tests.processes import Server

DESCRIPTIONS = ROOT / "docs/openapi"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def described(name: str) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_dict(yaml.safe_load((DESCRIPTIONS / f"{name}.yaml").read_text()))
    schema.config.generation.update(modes=list(GenerationMode))
    return schema


for kind in ("heic", "avif"):
    schemathesis.openapi.media_type(f"image/{kind}", strategies.binary())

WEBAPP, PREDICTOR = described("webapp"), described("predictor")


@WEBAPP.parametrize()
@BOUNDED
def test_the_web_application_answers_as_it_is_described(case: schemathesis.Case, webapp: Server) -> None:
    case.call_and_validate(base_url=webapp.url, checks=CHECKS, timeout=60)


@PREDICTOR.parametrize()
@BOUNDED
def test_the_predictor_answers_as_it_is_described(case: schemathesis.Case, predictor: Server) -> None:
    case.call_and_validate(base_url=predictor.url, checks=CHECKS, timeout=60)


def test_the_description_has_the_classes() -> None:
    schemas = yaml.safe_load((DESCRIPTIONS / "webapp.yaml").read_text())["components"]["schemas"]
    assert tuple(schemas["Class"]["enum"]) == CLASSES
