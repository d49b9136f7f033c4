"""Pieces of the node are cached by their recipe."""

from dataclasses import replace

import pytest

from tests.cluster.node.gobuild import recipe_digest
from tests.cluster.node.pieces import COREDNS, PIECES, VERSIONS, Piece, prometheus_module_version


def test_another_version_is_another_recipe() -> None:
    assert recipe_digest(replace(COREDNS, version="v1.0.0")) != recipe_digest(COREDNS)


def test_the_name_of_an_image_is_not_part_of_the_recipe() -> None:
    assert recipe_digest(replace(COREDNS, images=())) == recipe_digest(COREDNS)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.name)
def test_images_are_tagged_with_the_version_that_is_installed_elsewhere(piece: Piece) -> None:
    key = f"{piece.name.upper().replace('-', '_')}_VERSION"
    assert {image.name.rpartition(":")[2] for image in piece.images} <= {VERSIONS[key]}


def test_prometheus_releases_have_module_versions_of_their_own() -> None:
    assert prometheus_module_version("v3.15.0") == "v0.315.0"
    assert prometheus_module_version("v3.5.1") == "v0.305.1"
