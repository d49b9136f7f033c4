"""The documentation covers every setting and make target, and mentions none that doesn't exist."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from tests.conftest import ROOT

DOCS = {path: path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
TEXT = "\n".join(DOCS.values())
SETTINGS_MODULES = ("gourmetgram", "webapp", "predictor", "predictor.training", "cronjobs", "manifests.local")


def _settings() -> Iterator[str]:
    for module in SETTINGS_MODULES:
        for value in vars(importlib.import_module(f"{module}.settings")).values():
            if isinstance(value, type) and issubclass(value, BaseSettings):
                prefix = str(value.model_config.get("env_prefix", ""))
                yield from (f"{prefix}{name}".upper() for name in value.model_fields)


def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    assert set(re.findall(r"\bGOURMETGRAM_[A-Z_]*[A-Z]\b", TEXT)) == set(_settings())


def test_every_make_target_is_documented_and_every_documented_one_exists() -> None:
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", _code(TEXT))) | {"help"} == _make_targets()


def test_every_make_target_has_a_line_in_help() -> None:
    phony = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(" ".join(phony).split()) == _make_targets()


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", DOCS[path])
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (path.parent / link).exists()] == []


def _code(text: str) -> str:
    """Keep only the parts set as code, since prose may say "make sure"."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
