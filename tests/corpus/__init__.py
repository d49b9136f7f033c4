"""Photos of every kind that people send and browsers show, by name; most are made here, and small."""

from tests.corpus.chunks import DESCRIBED, HDR, MODELS
from tests.corpus.encoded import AVIF, FILES, JPEG, OTHERS
from tests.corpus.samples import SAMPLES

SHOWN: dict[str, bytes] = {**SAMPLES, **DESCRIBED, **HDR, **MODELS, **JPEG, **OTHERS, **AVIF, **FILES}
