"""Near-duplicates stay in one split, and a manifest is named by its content."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from predictor.images import to_square
from predictor.training.duplicates import fingerprint, groups
from predictor.training.gathering import Found, Known
from predictor.training.manifest import TWIN, UNTRUSTED, divide
from tests.conftest import PHOTOS

FILES = sorted(PHOTOS.glob("*/*/*.jpg"))


def recompressed(path: Path) -> bytes:
    file = BytesIO()
    with Image.open(path) as photo:
        photo.resize((photo.width * 3 // 4, photo.height * 3 // 4)).save(file, "JPEG", quality=60)
    return file.getvalue()


def shown(body: bytes) -> str:
    return fingerprint(to_square(body))


def found(name: str, body: bytes, *, evaluates: bool = False, weight: float = 1) -> Found:
    known = Known("Egg", "random_sampling" if evaluates else "user_flag", None, weight, evaluates)
    return Found(name, Path(name), name, shown(body), known)


def test_a_photo_that_was_scaled_and_compressed_again_is_a_near_duplicate() -> None:
    for path in FILES[::7]:
        assert len(set(groups([shown(path.read_bytes()), shown(recompressed(path))]))) == 1


def test_different_photos_are_no_duplicates() -> None:
    assert len(set(groups([shown(path.read_bytes()) for path in FILES]))) == len(FILES)


def test_a_near_duplicate_of_an_evaluation_photo_is_not_learned_from() -> None:
    original, copy = FILES[0].read_bytes(), recompressed(FILES[0])
    entries, excluded = divide([found("a0", copy), found("b0", original, evaluates=True)])
    assert [(entry.object, entry.side) for entry in entries] == [("b0", "evaluation")]
    assert [(each.object, each.reason) for each in excluded] == [("a0", TWIN)]


def test_near_duplicates_are_together_in_training_or_held_out() -> None:
    for number in range(16):
        name = f"{number:x}" * 16
        pair = [found(name, FILES[0].read_bytes()), found(f"{number:x}0", recompressed(FILES[0]))]
        assert len({entry.side for entry in divide(pair)[0]}) == 1


def test_what_nobody_trusts_is_left_out_with_the_reason() -> None:
    entries, excluded = divide([found("a0", FILES[0].read_bytes(), weight=0)])
    assert (entries, excluded[0].reason) == ([], UNTRUSTED)
