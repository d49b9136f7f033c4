import asyncio
import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from predictor.serving.model import FoodClassifier
from predictor.serving.server import create_app
from predictor.settings import PredictorSettings
from tests.tiny_model import write_tiny_model

Post = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.onnx")


@pytest.fixture(scope="session")
def settings(tiny_model: Path) -> PredictorSettings:
    return PredictorSettings(model_path=tiny_model, threads=2, max_instances=3, max_pixels=1_000_000)


@pytest.fixture(scope="session")
def model(settings: PredictorSettings) -> FoodClassifier:
    model = FoodClassifier(settings)
    model.load()
    return model


@pytest.fixture(scope="session")
def request_(model: FoodClassifier, settings: PredictorSettings) -> Post:
    """Return a function that sends a request to the application, without a server."""
    app = create_app(model, settings)

    async def send(method: str, path: str, **arguments: object) -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://predictor") as client:
            return await client.request(method, path, **arguments)

    return lambda method, path, **arguments: asyncio.run(send(method, path, **arguments))


@pytest.fixture(scope="session")
def post(request_: Post) -> Post:
    return lambda path, **arguments: request_("POST", path, **arguments)


@pytest.fixture(scope="session")
def photo() -> bytes:
    return picture("JPEG")


@pytest.fixture(scope="session")
def b64(photo: bytes) -> str:
    return base64.b64encode(photo).decode()


def picture(format_: str, size: tuple[int, int] = (320, 240), colour: str = "tomato") -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, format_)
    return file.getvalue()
