"""The real parts of the system, as fixtures: each starts once, on a free port, when a test asks for it."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store
from tests.processes import BIN, Server, free_port

ROOT = Path(__file__).parents[1]
PHOTOS = ROOT / "tests/data/food-11"


@pytest.fixture(scope="session")
def store_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the object store that `make up` starts, on an empty folder."""
    server = new_store_server(tmp_path_factory.mktemp("store"))
    server.start()
    yield server
    server.stop()


def new_store_server(folder: Path) -> Server:
    """Describe an object store over a folder; its keys are in its ``env``, under boto3's names too."""
    port, key, secret = free_port(), secrets.token_hex(8), secrets.token_hex(16)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    return Server(
        [BIN / "rclone", "serve", "s3", str(data), "--addr", f"127.0.0.1:{port}", "--vfs-cache-mode", "off"],
        port,
        folder / "store.log",
        env={
            "RCLONE_AUTH_KEY": f'"{key},{secret}"',
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}",
        },
        ready_statuses=(),
    )


@pytest.fixture(scope="session")
def store_env(store_server: Server) -> dict[str, str]:
    """Give what a process needs in its environment to reach the store."""
    return {name: value for name, value in store_server.env.items() if name.startswith("AWS_")}


@pytest.fixture(scope="session")
def store(store_env: dict[str, str]) -> Iterator[Store]:
    """Give the store with all buckets, reached through boto3."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store_env.items():
            patch.setenv(name, value)
        store = Store(StoreSettings())
        store.create_buckets()
        yield store


@pytest.fixture
def empty_store(
    store: Store,  # noqa: ARG001 - its address is in the environment
    monkeypatch: pytest.MonkeyPatch,
) -> Store:
    """Give buckets of its own to a test, and to the processes that it starts with its environment."""
    prefix = f"{secrets.token_hex(4)}-"
    monkeypatch.setenv("GOURMETGRAM_BUCKET_PREFIX", prefix)
    empty = Store(StoreSettings(bucket_prefix=prefix))
    empty.create_buckets()
    return empty


@pytest.fixture(scope="session")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the predictor with the model of the repository."""
    server = new_predictor(tmp_path_factory.mktemp("predictor"))
    server.start()
    yield server
    server.stop()


def new_predictor(folder: Path) -> Server:
    """Describe a predictor."""
    port = free_port()
    return Server(
        [BIN / "python", "-m", "predictor"],
        port,
        folder / "predictor.log",
        env={"GOURMETGRAM_PORT": str(port)},
        ready_path="/v2/health/ready",
    )


@pytest.fixture(scope="session")
def webapp(
    tmp_path_factory: pytest.TempPathFactory,
    store: Store,  # noqa: ARG001 - its buckets must exist
    store_env: dict[str, str],
    predictor: Server,
) -> Iterator[Server]:
    """Run the web application against the real store and predictor."""
    server = new_webapp(tmp_path_factory.mktemp("webapp"), store_env, predictor)
    server.start()
    yield server
    server.stop()


def new_webapp(folder: Path, store_env: dict[str, str], predictor: Server) -> Server:
    """Describe a web application whose spool is in a folder."""
    port = free_port()
    return Server(
        [BIN / "gunicorn", "--config", str(ROOT / "webapp/gunicorn.conf.py"), "webapp:create_app()"],
        port,
        folder / "webapp.log",
        env={
            **store_env,
            "GOURMETGRAM_PORT": str(port),
            "GOURMETGRAM_PREDICTOR_URL": predictor.url,
            "GOURMETGRAM_SPOOL_DIR": str(folder / "spool"),
        },
        ready_path="/healthz",
    )
