"""Fixtures with the system's real components; each starts once, on a free port, when a test needs it."""

import copy
import os
import re
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store
from manifests.local import database
from tests.processes import BIN, Server, free_port

if TYPE_CHECKING:
    from tests.loop import Loop

ROOT = Path(__file__).parents[1]
LABEL_STUDIO = ROOT / ".venv-label-studio/bin/label-studio"
PHOTOS = ROOT / "tests/data/food-11"

# A property must hold on a busy machine too, so there is no deadline.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")

WITHOUT_LIMITS = {
    "GOURMETGRAM_CLIENT_UPLOADS_PER_MINUTE": "0",
    "GOURMETGRAM_CLIENT_UPLOAD_BYTES_PER_MINUTE": "0",
    "GOURMETGRAM_CLIENT_FEEDBACK_PER_MINUTE": "0",
}
"""Switches the limits per client off, since all tests share one address."""


class FilesTogether(LoadScopeScheduling):  # type: ignore[misc] # xdist does not export its types
    """Assigns whole files to workers, and those with Label Studio, which starts slowly, to two of them."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if not needs_label_studio(ROOT / file):
            return file
        return f"Label Studio, {'A to R' if Path(file).stem < 'test_s' else 'S to Z'}"


@cache
def needs_label_studio(file: Path) -> bool:
    """Return whether tests of a file ask for the fixture that runs Label Studio."""
    return re.search(r"\b(label_studio|loop): ", file.read_text()) is not None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesTogether:
    """Decide which tests run in the same worker process, and that the order of files stays."""
    config.option.loadscopereorder = False
    return FilesTogether(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers begin with the files that need Label Studio, which together take longest."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not needs_label_studio(item.path))


@pytest.fixture(scope="session")
def store_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the object store that `make up` starts, on an empty folder."""
    server = new_store_server(tmp_path_factory.mktemp("store"))
    server.start()
    yield server
    server.stop()


def new_store_server(folder: Path) -> Server:
    """Return an object store over a folder; its keys are in its ``env``, also under boto3's names."""
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
    """Return the environment variables that a process needs to reach the store."""
    return {name: value for name, value in store_server.env.items() if name.startswith("AWS_")}


@pytest.fixture(scope="session")
def store(store_env: dict[str, str]) -> Iterator[Store]:
    """Return the store with all buckets."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store_env.items():
            patch.setenv(name, value)
        store = Store(StoreSettings())
        store.create_buckets()
        yield store


@pytest.fixture
def empty_store(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> Store:
    """Give a test, and the processes that it starts with its environment, separate buckets."""
    prefix = f"{secrets.token_hex(4)}-"
    monkeypatch.setenv("GOURMETGRAM_BUCKET_PREFIX", prefix)
    empty = copy.copy(store)
    empty.bucket_prefix = prefix
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
    """Return a predictor, not yet started."""
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


@pytest.fixture(scope="session")
def label_studio(
    tmp_path_factory: pytest.TempPathFactory,
    store: Store,  # noqa: ARG001 - it must run
    store_env: dict[str, str],
) -> Iterator[Server]:
    """Run Label Studio over the real store; the jobs' token is in its ``env``."""
    server = new_label_studio(tmp_path_factory.mktemp("label-studio"), store_env)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def loop(label_studio: Server, empty_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator["Loop"]:
    """Set up Label Studio with the buckets of one test."""
    from cronjobs.label_studio.client import connect  # noqa: PLC0415 - takes seconds to import
    from cronjobs.settings import CronjobSettings  # noqa: PLC0415
    from tests.loop import Loop  # noqa: PLC0415

    monkeypatch.setenv("GOURMETGRAM_LABEL_STUDIO_URL", label_studio.url)
    monkeypatch.setenv("GOURMETGRAM_LABEL_STUDIO_TOKEN", label_studio.env["LABEL_STUDIO_USER_TOKEN"])
    settings = CronjobSettings()
    with connect(settings) as studio:
        loop = Loop(empty_store, studio, settings)
        yield loop
        loop.delete_projects()


def new_label_studio(folder: Path, store_env: dict[str, str]) -> Server:
    """Return a Label Studio, not yet started, with an empty database in a folder."""
    database.provide(folder)
    port = free_port()
    lines = (ROOT / "cronjobs/label_studio/server.env").read_text().splitlines()
    told = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return Server(
        [LABEL_STUDIO, "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)],
        port,
        folder / "label-studio.log",
        env={
            **told,
            **store_env,
            "LABEL_STUDIO_S3_ENDPOINT": store_env["AWS_ENDPOINT_URL_S3"],
            "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
            "LABEL_STUDIO_USERNAME": "ann@example.org",
            "LABEL_STUDIO_PASSWORD": secrets.token_hex(8),
            "LABEL_STUDIO_USER_TOKEN": secrets.token_hex(20),
        },
        ready_path="/health",
        start_seconds=120,
    )


def new_webapp(folder: Path, store_env: dict[str, str], predictor: Server) -> Server:
    """Return a web application, not yet started, whose spool is in a folder."""
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
            **WITHOUT_LIMITS,
        },
        ready_path="/healthz",
    )


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return the folder for pictures of the documentation: PICTURES, or a temporary one."""
    return Path(os.environ.get("PICTURES", tmp_path))
