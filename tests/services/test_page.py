"""The page works in a real browser, with the real store and predictor behind it."""

import base64
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, expect

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.records import PredictionRecord, RelabelRecord, Task
from gourmetgram.sources import Source
from gourmetgram.store import Store
from tests.browser import open_browser
from tests.conftest import PHOTOS, new_webapp
from tests.corpus.encoded import encoded
from tests.processes import Server, free_port

NOODLES = sorted(PHOTOS.glob("evaluation/class_06/*.jpg"))
THANKS = "Thank you for your feedback!"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=30_000)  # milliseconds; a busy machine takes longer than the default of 5 s
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def context(browser: Browser, webapp: Server) -> BrowserContext:
    return browser.new_context(base_url=webapp.url, reduced_motion="reduce")


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Open the page; any browser error, apart from failed requests, fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda line: complaints.append(line.text) if "Failed to load" not in line.text else None
    )
    page.goto("/")
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def webapp_without_store(store_env: dict[str, str], predictor: Server, tmp_path: Path) -> Iterator[Server]:
    """Run a web application whose store is down and whose predictions are never certain."""
    env = store_env | {"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{free_port()}"}
    server = new_webapp(tmp_path, env | {"GOURMETGRAM_CONFIDENCE_THRESHOLD": "1"}, predictor)
    yield server.start()
    server.stop()


def upload(page: Page, *photos: Path) -> Locator:
    """Choose photos with the button; return the answer to the last one."""
    page.get_by_label("Choose a photo").set_input_files(list(photos))
    answers = page.locator(".prediction")
    expect(answers).to_have_count(len(photos))
    return answers.first


def send(page: Page, event: str, data: str, photos: list[Path]) -> None:
    """Dispatch a drop or a paste that carries files, as the browser itself would."""
    files = [[photo.name, base64.b64encode(photo.read_bytes()).decode()] for photo in photos]
    page.evaluate(
        """([event, data, files]) => {
            const transfer = new DataTransfer();
            for (const [name, body] of files) {
                transfer.items.add(new File([Uint8Array.from(atob(body), (c) => c.charCodeAt(0))], name));
            }
            const kind = event === "paste" ? ClipboardEvent : DragEvent;
            document.body.dispatchEvent(new kind(event, { [data]: transfer, bubbles: true }));
        }""",
        [event, data, files],
    )


def id_of(answer: Locator) -> str:
    return answer.get_attribute("data-prediction-id") or ""


def record_of(store: Store, answer: Locator) -> PredictionRecord:
    return store.get_record(keys.prediction(id_of(answer)), PredictionRecord)


def test_a_chosen_photo_is_answered_with_its_class_and_kept_byte_for_byte(page: Page, store: Store) -> None:
    answer = upload(page, NOODLES[0])
    record = record_of(store, answer)
    expect(answer.locator(".class-name")).to_have_text(record.prediction)
    assert record.filename == NOODLES[0].name
    assert store.get(record.image.location) == NOODLES[0].read_bytes()


def test_the_answer_shows_how_likely_the_class_and_its_runners_up_are(page: Page, store: Store) -> None:
    answer = upload(page, NOODLES[0])
    ranked = sorted(record_of(store, answer).probabilities.items(), key=lambda item: -item[1])
    shown = answer.get_by_role("listitem").all_inner_texts()
    assert len(shown) >= 3
    assert all(text.startswith(name) for text, (name, _) in zip(shown, ranked, strict=False))


@pytest.mark.picture
def test_a_prediction_looks_as_in_the_readme(browser: Browser, webapp: Server, pictures: Path) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 628}, reduced_motion="reduce")
    page.goto(webapp.url)
    page.get_by_label("Choose a photo").set_input_files(NOODLES[0])
    expect(page.locator(".prediction")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=pictures / "page.png")
    page.close()


def test_a_photo_is_shown_before_it_is_answered(page: Page) -> None:
    page.route("**/predict", lambda _: None)
    page.get_by_label("Choose a photo").set_input_files(NOODLES[0])
    expect(page.get_by_text("Looking at it…")).to_be_visible()
    expect(page.locator(".card img")).to_have_js_property("complete", value=True)
    expect(page.get_by_role("status").first).to_have_text(f"Looking at {NOODLES[0].name}…")


def test_photos_can_be_dropped_anywhere(page: Page) -> None:
    send(page, "drop", "dataTransfer", NOODLES[:2])
    expect(page.locator(".prediction")).to_have_count(2)


def test_a_photo_can_be_pasted(page: Page) -> None:
    send(page, "paste", "clipboardData", NOODLES[:1])
    expect(page.locator(".prediction")).to_have_count(1)


def test_pasting_what_is_no_photo_is_said(page: Page) -> None:
    send(page, "paste", "clipboardData", [])
    expect(page.get_by_role("status").first).to_have_text("There is no photo in what you pasted.")


def test_the_answer_is_announced(page: Page) -> None:
    name = upload(page, NOODLES[0]).locator(".class-name").inner_text()
    expect(page.get_by_role("status").first).to_have_text(f"{NOODLES[0].name}: {name}")


def test_a_flag_becomes_a_task_for_the_annotators(page: Page, store: Store) -> None:
    answer = upload(page, NOODLES[0])
    answer.get_by_role("button", name="Flag incorrect label").click()
    expect(answer.get_by_role("status")).to_have_text(THANKS)
    expect(answer.get_by_role("button", name="Flagged as incorrect")).to_have_attribute(
        "aria-pressed", "true"
    )
    task = store.get_record(keys.task(id_of(answer), Source.USER_FLAG), Task)
    assert task.data.ml_prediction == record_of(store, answer).prediction


def test_each_answer_is_flagged_for_itself(page: Page, store: Store) -> None:
    upload(page, *NOODLES[:2])
    newest, oldest = page.locator(".prediction").all()
    oldest.get_by_role("button", name="Flag incorrect label").click()
    expect(oldest.get_by_role("status")).to_have_text(THANKS)
    assert store.exists(keys.task(id_of(oldest), Source.USER_FLAG))
    assert not store.exists(keys.task(id_of(newest), Source.USER_FLAG))


def test_the_class_is_corrected_by_keyboard_alone(page: Page, store: Store) -> None:
    answer = upload(page, NOODLES[0])
    pencil = answer.get_by_role("button", name="Choose the right class").last
    pencil.focus()
    page.keyboard.press("Enter")
    for key in ("Home", "ArrowDown", "ArrowUp", "ArrowUp", "s", "s", "Enter"):
        page.keyboard.press(key)
    expect(answer.get_by_role("status")).to_have_text("Class updated successfully!")
    expect(answer.locator(".class-name")).to_have_text("Soup")
    expect(pencil).to_be_focused()
    assert store.get_record(keys.relabel(id_of(answer)), RelabelRecord).corrected_class == "Soup"


def test_the_class_can_be_corrected_again(page: Page, store: Store) -> None:
    answer = upload(page, NOODLES[0])
    for name in ("Bread", "Rice"):
        answer.locator(".edit-btn").click()
        answer.get_by_role("menuitemradio", name=name).click()
        expect(answer.locator(".class-name")).to_have_text(name)
    assert store.get_record(keys.relabel(id_of(answer)), RelabelRecord).corrected_class == "Rice"


def test_the_menu_names_all_classes_and_marks_the_present_one(page: Page, store: Store) -> None:
    answer = upload(page, NOODLES[0])
    answer.locator(".edit-btn").click()
    assert answer.get_by_role("menuitemradio").all_inner_texts() == list(CLASSES)
    marked = answer.get_by_role("menuitemradio", checked=True)
    expect(marked).to_have_text(record_of(store, answer).prediction)
    expect(marked).to_be_focused()


@pytest.mark.parametrize("key", ["Escape", "Tab"])
def test_the_menu_can_be_left_without_a_choice(page: Page, key: str) -> None:
    answer = upload(page, NOODLES[0])
    answer.locator(".edit-btn").click()
    page.keyboard.press(key)
    expect(answer.get_by_role("menu")).to_be_hidden()


def test_a_text_file_gets_a_warning(page: Page, tmp_path: Path) -> None:
    (tmp_path / "menu.txt").write_text("Ramen 12.50")
    page.get_by_label("Choose a photo").set_input_files(tmp_path / "menu.txt")
    expect(page.locator(".warning")).to_contain_text("not a JPEG, PNG, WebP, HEIC or AVIF photo")
    expect(page.get_by_role("status").first).to_contain_text("menu.txt: Warning")


def test_an_iphone_photo_is_classified(page: Page, tmp_path: Path) -> None:
    with Image.open(NOODLES[0]) as photo:
        (tmp_path / "IMG_1.HEIC").write_bytes(encoded(photo, "HEIF"))
    expect(upload(page, tmp_path / "IMG_1.HEIC")).to_contain_text("Noodles/Pasta")


def test_a_file_name_is_never_markup(page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "<img src=x onerror=alert(1)>.jpg"
    photo.write_bytes(NOODLES[0].read_bytes())
    upload(page, photo)
    expect(page.get_by_role("heading", level=3)).to_have_text(photo.name)


def test_a_lost_connection_is_said_and_the_upload_can_be_tried_again(page: Page) -> None:
    page.route("**/predict", lambda route: route.abort(), times=1)
    page.get_by_label("Choose a photo").set_input_files(NOODLES[0])
    expect(page.locator(".warning")).to_contain_text("The server did not answer.")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".prediction")).to_have_count(1)


def test_a_proxys_error_page_is_not_shown(page: Page) -> None:
    page.route("**/predict", lambda route: route.fulfill(status=502, body="<h1>nginx</h1>"), times=1)
    page.get_by_label("Choose a photo").set_input_files(NOODLES[0])
    expect(page.locator(".warning")).to_contain_text("The server answered with status 502.")


def test_doubt_and_a_store_that_is_away_are_admitted(browser: Browser, webapp_without_store: Server) -> None:
    page = browser.new_page(base_url=webapp_without_store.url)
    page.goto("/")
    answer = upload(page, NOODLES[0])
    expect(answer).to_contain_text("The classifier is not sure.")
    expect(answer).to_contain_text(
        "The photo store is not responding right now. Your photo is safe on this server"
    )
    page.close()


def test_feedback_that_was_lost_is_said(page: Page) -> None:
    answer = upload(page, NOODLES[0])
    page.route("**/feedback", lambda route: route.abort())
    answer.get_by_role("button", name="Flag incorrect label").click()
    expect(answer.get_by_role("status")).to_have_text("The server did not answer. Please try again.")
    expect(answer.locator(".feedback-btn")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("phone", [True, False])
def test_only_a_phone_offers_its_camera(browser: Browser, webapp: Server, *, phone: bool) -> None:
    page = browser.new_page(base_url=webapp.url, is_mobile=phone, has_touch=phone)
    page.goto("/")
    expect(page.get_by_text("Take a photo")).to_be_visible(visible=phone)
    page.close()


def test_it_works_without_scripts(browser: Browser, webapp: Server) -> None:
    page = browser.new_page(base_url=webapp.url, java_script_enabled=False)
    page.goto("/")
    page.locator("#file").set_input_files(NOODLES[0])
    page.get_by_role("button", name="What is it?").click()
    expect(page.locator(".prediction .class-name")).to_be_visible()
    expect(page.get_by_role("heading", name="What happens to your photo")).to_be_visible()
    page.close()


def test_the_page_needs_one_request_and_no_other_host(browser: Browser, webapp: Server) -> None:
    page = browser.new_page(base_url=webapp.url)
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - it must take attributes
    page.goto("/", wait_until="networkidle")
    assert [response.url for response in responses] == [f"{webapp.url}/"]
    page.close()


def test_the_page_fits_into_the_first_packets_of_a_connection(webapp: Server) -> None:
    initial_window = 10 * 1460  # bytes, RFC 6928
    html = requests.get(webapp.url, timeout=5).content
    assert len(html) < 50_000
    assert len(gzip.compress(html)) < initial_window


def test_an_unchanged_page_is_not_sent_again(webapp: Server) -> None:
    etag = requests.get(webapp.url, timeout=5).headers["ETag"]
    assert requests.get(webapp.url, headers={"If-None-Match": etag}, timeout=5).status_code == 304


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_it_is_accessible_and_fits_at_every_width_and_colour_scheme(
    browser: Browser, webapp: Server, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(
        base_url=webapp.url,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page.goto("/")
    (tmp_path / "menu.txt").write_text("Ramen 12.50")
    page.get_by_label("Choose a photo").set_input_files([tmp_path / "menu.txt", NOODLES[0]])
    page.locator(".edit-btn").click()
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()
