"""The contenders: our predictor with the served model and at float32, strong peers, and the usual rivals."""

from pathlib import Path

from predictor.training import FLOAT32
from tests.bench.contender import Contender, Threads, as_it_is, first_prediction
from tests.bench.eager import EAGER
from tests.bench.peers import PEERS
from tests.conftest import new_predictor
from tests.locks import locked
from tests.processes import Server

OURS = "GourmetGram"
OURS_FLOAT32 = "GourmetGram, float32"


def _ours(folder: Path, _: Threads) -> Server:
    return new_predictor(folder)


def _ours_at_float32(folder: Path, _: Threads) -> Server:
    server = new_predictor(folder)
    server.env = {**server.env, "GOURMETGRAM_MODEL_PATH": str(FLOAT32)}
    return server


OURSELVES = tuple(
    Contender(
        name,
        server,
        "/v1/models/food11:predict",
        "image/jpeg",
        as_it_is,
        locked("predictor"),
        read=first_prediction,
        locked=True,
    )
    for name, server in ((OURS, _ours), (OURS_FLOAT32, _ours_at_float32))
)
CONTENDERS = (*OURSELVES, *PEERS, *EAGER)
