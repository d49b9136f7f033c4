"""`python -m tests.fuzz photos|bodies [libFuzzer's options]`: try unexpected inputs, guided by coverage.

Findings are written to `build/fuzz`; to reproduce one, add its file as the last argument.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["webapp", "predictor", "cronjobs", "gourmetgram", "werkzeug", "PIL"]
):
    from tests.fuzz import bodies, photos

TARGETS = {"photos": photos, "bodies": bodies}
CORPUS = Path("build/fuzz")


def main() -> None:
    """Start from valid inputs."""
    target = TARGETS[sys.argv[1]]
    folder = CORPUS / sys.argv[1]
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (folder / f"seed-{number}").write_bytes(seed)
    options = [f"-artifact_prefix={CORPUS}/", "-max_len=20000", "-rss_limit_mb=4096", *sys.argv[2:]]
    atheris.Setup([sys.argv[0], *options, str(folder)], target.attempt)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
