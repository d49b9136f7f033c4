from predictor.serving.model import FoodClassifier
from predictor.serving.server import create_app
from predictor.settings import PredictorSettings
from tests.conftest import ROOT


def test_every_path_is_documented(model: FoodClassifier, settings: PredictorSettings) -> None:
    text = (ROOT / "docs" / "predictor.md").read_text()
    app = create_app(model, settings).app
    paths = {
        route.path.replace("{model_name}", "food11").replace("{name}", "food11")
        for route in (*app.routes, *app.router.default.routes)
    }
    assert len(paths) > 10
    assert sorted(path for path in paths if f"{path}`" not in text and f"{path}\n" not in text) == []
