"""The commands that put a model into a release's store and onto its pods."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.release.installed import ROOT, Release


def publish(release: Release, path: Path | None = None, *, version: str = "", code: int = 0) -> str:
    """Publish a model file, or check that a version is there; return the command's output."""
    model = {"GOURMETGRAM_MODEL_PATH": str(path)} if path else {}
    with release.store_environment() as environment:
        return _said("predictor.publish", *filter(None, [version]), code=code, env=environment | model)


def rollout(*arguments: str, code: int = 0) -> str:
    """Run the command of make cluster-canary, cluster-promote or cluster-rollback; return its output."""
    return _said("manifests.rollout", *arguments, code=code, env={})


def _said(module: str, *arguments: str, code: int, env: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    return done.stderr
