"""`python -m predictor.torchserve.archive [FOLDER]`: pack the model as an archive for TorchServe.

The archive contains our code: TorchServe also needs torch, onnx, safetensors, NumPy and Pillow.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx

from predictor.runtimes import ModelUnusableError, model_file
from predictor.settings import PredictorSettings

ROOT = Path(__file__).parents[2]
_CODE = (
    "gourmetgram/__init__.py",
    "gourmetgram/classes.json",
    "gourmetgram/classes.py",
    "gourmetgram/colours.py",
    "gourmetgram/heif.py",
    "predictor/__init__.py",
    "predictor/images/__init__.py",
    "predictor/images/colours.py",
    "predictor/images/mending.py",
    "predictor/images/square.py",
    "predictor/images/tensors.py",
    "predictor/protocols/__init__.py",
    "predictor/protocols/answer.py",
    "predictor/runtimes/__init__.py",
    "predictor/runtimes/torch.py",
    "predictor/training/__init__.py",
    "predictor/training/architecture.py",
)


def archive(settings: PredictorSettings, folder: Path) -> Path:
    """Write `<model's name>.mar`, under the version that the ONNX file carries, into a folder.

    Raises:
        ModelUnusableError: there is no such file, or it carries no version.
    """
    model = model_file(settings.model_path)
    with TemporaryDirectory() as room:  # the archiver needs a folder of its own under TMPDIR
        extra = Path(room) / "extra"
        for name in _CODE:
            (extra / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, extra / name)
        command = [str(Path(sys.executable).with_name("torch-model-archiver")), "--force"]
        options = {
            "--model-name": settings.model_name,
            "--version": _version(model),
            "--serialized-file": model,
            "--handler": Path(__file__).with_name("handler.py"),
            "--extra-files": extra,
            "--export-path": folder,
        }
        told = [str(part) for option in options.items() for part in option]
        subprocess.run([*command, *told], check=True, env={**os.environ, "TMPDIR": room})
    return folder / f"{settings.model_name}.mar"


def _version(model: Path) -> str:
    try:
        return str({item.key: item.value for item in onnx.load(model).metadata_props}["version"])
    except Exception as error:  # protobuf's, or the missing key
        raise ModelUnusableError(f"{model} is no ONNX file that carries its version.") from error


def main() -> None:
    """Write the archive of the settings' model into a folder."""
    folder = Path(*sys.argv[1:2])
    folder.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{archive(PredictorSettings(runtime='torchserve'), folder)}\n")


if __name__ == "__main__":
    main()
