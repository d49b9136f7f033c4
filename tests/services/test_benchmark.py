"""The benchmark's loads work against the real predictor."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from gourmetgram.classes import CLASSES
from predictor import runtimes
from predictor.images import to_square
from predictor.training import MODEL
from tests.bench import alone
from tests.bench.contender import Contender, Threads
from tests.bench.contenders import CONTENDERS, OURS
from tests.bench.limit import photos_per_second
from tests.bench.load import closed, paced
from tests.bench.peers import PEERS
from tests.bench.photos import small_photos
from tests.bench.run import class_of
from tests.bench.scenarios import Photos
from tests.processes import Server
from tests.uploads import photo

CONTENDER = next(each for each in CONTENDERS if each.name == OURS)


@pytest.fixture(scope="module")
def small() -> Sequence[bytes]:
    return small_photos()[:8]


@pytest.fixture(scope="module")
def asked(small: Sequence[bytes]) -> Sequence[bytes]:
    return [CONTENDER.request(each) for each in small]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_gives_the_same_class(peer: Contender, tmp_path: Path, small: Sequence[bytes]) -> None:
    if peer.left_out:
        pytest.skip(peer.left_out)
    server = peer.new_server(tmp_path, peer.choices[-1]).start()
    try:
        assert class_of(peer, server.url, small[0]) == prediction_of(small[0])
        assert (
            closed(server.port, [peer.request(each) for each in small], clients=2, seconds=0.2).refused == 0
        )
    finally:
        server.stop()


def prediction_of(photo: bytes) -> str:
    return CLASSES[int(runtimes.load("onnx", MODEL).run(to_square(photo)).argmax())]


def test_clients_that_wait_for_their_answers_are_all_answered(
    predictor: Server, asked: Sequence[bytes]
) -> None:
    load = closed(predictor.port, asked, clients=4, seconds=0.5)
    assert load.refused == 0
    assert len(load.latencies) >= load.per_second * 0.5 > 0


def test_requests_that_come_at_a_pace_are_all_answered(predictor: Server, asked: Sequence[bytes]) -> None:
    load = paced(predictor.port, asked, rate=20, seconds=1, seed=1)
    assert load.refused == 0
    assert 8 <= len(load.latencies) <= 32


def test_a_refusal_is_no_throughput(predictor: Server) -> None:
    load = closed(predictor.port, [CONTENDER.request(b"no photo")], clients=1, seconds=0.2)
    assert load.refused > 0
    assert load.per_second == 0


def test_a_request_larger_than_the_sockets_buffers_goes_out_in_pieces(predictor: Server) -> None:
    large = CONTENDER.request(photo(1, side=1500))
    assert closed(predictor.port, [large], clients=4, seconds=0.2).refused == 0


def test_a_server_by_itself_is_started_asked_and_weighed(tmp_path: Path, small: Sequence[bytes]) -> None:
    took = alone.measure(CONTENDER, Threads(), tmp_path, Photos(small, small[0]), seconds=0.2)
    assert took.cold_start_s > 0
    assert 0 < took.memory_mb["1"] <= took.largest_mb


def test_the_limit_classifies_photos_without_a_server() -> None:
    assert photos_per_second(MODEL, 0.2) > 0
