"""The proof from the angle of the photo before; Chromium's false camera stands for a phone's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from cityloop.cases import photos
from cityloop.cases.models import Attachment
from cityloop.evidence import looking, stamps
from cityloop.kernel import files
from tests.e2e.conftest import PHONE, Axe, Site, Visit, launched

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db,
              pytest.mark.requirement("F09")]  # fmt: skip

# Counts the cameras that are on, and the positions that were told; the page's script comes later.
COUNTED = """
const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
window.asked = [];
media.getUserMedia = async (wanted) => {
  const stream = await ask(wanted);
  window.asked.push({ wanted, track: stream.getTracks()[0] });
  return stream;
};
const where = navigator.geolocation, watch = where.watchPosition.bind(where);
window.told = [];
window.watched = new Set();
where.watchPosition = (found, failed, how) => {
  const note = (then) => (what) => {
    then(what);
    window.told.push(what.coords ? "found" : "refused");
  };
  const number = watch(note(found), note(failed), how);
  window.watched.add(number);
  return number;
};
const clear = where.clearWatch.bind(where);
where.clearWatch = (number) => { window.watched.delete(number); clear(number); };
"""
PLACE = {"longitude": 120.130104, "latitude": 30.260096, "accuracy": 7.6}


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    """A browser with a camera, whose use a page must be granted."""
    yield from launched(chromium, "--use-fake-device-for-media-stream")


def form_of(
    visit: Visit, status: str, who: str, action: str, *, granted: bool = True, **how: Any
) -> Locator:
    """The open form of a step on the case's page on a phone; the camera granted or not."""
    page = visit.as_(who, "/", size=PHONE, **how)
    if granted:
        page.context.grant_permissions(["camera"], origin=visit.site.url)
    page.add_init_script(COUNTED)
    page.goto(visit.site.case(status))
    form = page.locator(f"form[action$='/steps/{action}/']")
    if not form.is_visible():
        page.locator("#steps details", has=form).locator("summary").click()
    return form


def press(form: Locator) -> Locator:
    """Open the camera of the form; its dialog."""
    form.locator("[data-angle]").click()
    return form.page.locator("#angle")


def said(dialog: Locator) -> Locator:
    """What the dialog says instead of a picture."""
    return dialog.get_by_role("status").locator("p:visible")


def await_position(page: Page, answer: str) -> None:
    """Until the browser has told the page where the device is, or that it may not know."""
    page.evaluate(
        """async (answer) => {
          while (!told.includes(answer)) await new Promise((go) => setTimeout(go, 20));
        }""",
        answer,
    )


def read_on(path: Path) -> str:
    """All that our own reader sees on a picture, without gaps."""
    return "".join(stamps._reader()(str(path)).txts or ()).replace(" ", "")


def tells_when_where_and_of_which_case(kept: Attachment) -> None:
    """All this can be read on the picture, and its check finds nothing odd in it."""
    path = files.location(kept.file.sha256)
    text = read_on(path)
    assert "30.26010N120.13010EWGS84(8M)" in text and f"CASE{kept.case.number}" in text
    (finding,) = looking.stamp(kept)
    assert (finding.kind, finding.odd) == ("stamp", False)
    stamp = stamps.read(path)
    assert stamp is not None and stamp.at is not None and stamp.timed
    since = kept.added_at - timezone.make_aware(stamp.at)  # the city's time, not the browser's
    assert timedelta(seconds=-1) < since < timedelta(minutes=2)


def running(page: Page) -> list[bool]:
    """Of each camera that was started, whether it is on."""
    found: list[bool] = page.evaluate("asked.map((one) => one.track.readyState === 'live')")
    return found


def before(site: Site, status: str) -> str:
    """The digest of the latest photo from before."""
    photos = Attachment.objects.filter(case=site.city.cases[status], stage="report")
    return photos.latest("id").file.sha256


def test_the_photo_from_before_lies_over_the_picture_as_strongly_as_wanted(visit, site) -> None:
    form = form_of(visit, "ordered", "unit", "finish")
    dialog = press(form)
    expect(dialog.get_by_role("button", name="拍照", exact=True)).to_be_focused()
    over = dialog.get_by_alt_text("此前照片")
    expect(over).to_have_attribute("src", f"/files/{before(site, 'ordered')}/1280")
    expect(over).to_have_js_property("complete", True)
    assert over.evaluate("(one) => one.naturalWidth") > 0
    expect(over).to_have_css("opacity", "0.5")
    slider = dialog.get_by_role("slider", name="此前照片")
    slider.fill("0")
    expect(over).to_be_hidden()
    slider.fill("40")
    expect(over).to_have_css("opacity", "0.4")
    wanted = form.page.evaluate("asked[0].wanted")
    assert wanted["video"]["facingMode"] == "environment" and wanted["audio"] is False
    assert wanted["video"]["width"] == {"ideal": 3840}
    dialog.get_by_role("button", name="关闭").click()
    assert running(form.page) == [False]


@pytest.mark.requirement("F08")
def test_what_is_taken_goes_in_with_the_step_and_is_not_of_the_album(visit, site) -> None:
    form = form_of(visit, "handling", "unit", "finish")
    form.page.context.grant_permissions(["camera", "geolocation"], origin=site.url)
    form.page.context.set_geolocation(PLACE)
    form.locator("textarea[name=result]").fill("已清理")
    dialog = press(form)
    await_position(form.page, "found")
    take = dialog.get_by_role("button", name="拍照", exact=True)
    take.click()
    expect(dialog.get_by_role("button", name="使用这张")).to_be_focused()
    dialog.get_by_role("button", name="重拍").click()
    expect(take).to_be_focused()
    size = dialog.locator("video").evaluate("(one) => [one.videoWidth, one.videoHeight]")
    take.click()
    assert running(form.page) == [True]
    dialog.get_by_role("button", name="使用这张").click()
    expect(dialog).to_be_hidden()
    assert running(form.page) == [False]
    expect(form.locator(".way-file img")).to_have_count(1)
    expect(form.locator(".way-file [data-album]")).to_be_hidden()
    form.get_by_role("button", name="处置完成").click()
    expect(form.page.locator("#notices")).to_contain_text("已完成")
    kept = Attachment.objects.get(case_id=site.city.cases["handling"].pk, stage="after")
    assert (kept.from_album, kept.remarks, photos.framed(kept)) == (False, [], True)
    assert (kept.file.media_type, kept.file.taken_at, kept.file.exif) == ("image/jpeg", None, {})
    assert [kept.file.width, kept.file.height] == size
    with Image.open(files.location(kept.file.sha256)) as picture:
        assert picture.convert("L").getextrema()[1] > 100  # a picture, not a black frame
    tells_when_where_and_of_which_case(kept)


@pytest.mark.requirement("F08")
def test_without_a_position_the_picture_still_says_when_and_of_which_case(
    visit, site, tmp_path
) -> None:
    form = form_of(visit, "ordered", "unit", "finish")
    dialog = press(form)
    page = form.page
    expect(dialog).to_contain_text("照片上将写入日期、时间、案件编号")
    await_position(page, "refused")
    dialog.get_by_role("button", name="拍照", exact=True).click()
    dialog.get_by_role("button", name="使用这张").click()
    expect(form.locator(".way-file img")).to_have_count(1)
    found = form.locator("input[capture]").evaluate(
        "async (one) => [...new Uint8Array(await one.files[0].arrayBuffer())]"
    )
    path = tmp_path / "taken.jpg"
    path.write_bytes(bytes(found))
    number = site.city.cases["ordered"].number  # above it the false camera's own clock is read
    assert re.search(rf"20\d\d-\d\d-\d\d\d\d:\d\d:\d\dCASE{number}$", read_on(path))
    assert page.evaluate("watched.size") == 0  # nobody follows the device any more


def test_the_keyboard_alone_is_enough_and_escape_ends_it(visit, axe: Axe) -> None:
    form = form_of(visit, "ordered", "unit", "finish", language="en")
    page, opener = form.page, form.get_by_role("button", name="Take it from the same angle")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Take it from the same angle")
    expect(dialog.get_by_role("button", name="Take it now")).to_be_focused()
    assert not [one for one in axe(page) if "angle" in one]
    inside = (
        "document.activeElement === document.body || !!document.activeElement.closest('#angle')"
    )
    for _press in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
    dialog.get_by_role("button", name="Take it now").focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Use this photo")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    assert running(page) == [False]
    assert page.locator(".way-file").count() == 0
    page.keyboard.press("Enter")  # and once more, from the start
    expect(dialog.get_by_role("button", name="Take it now")).to_be_focused()
    dialog.get_by_role("button", name="Close").click()
    assert running(page) == [False, False]


def test_a_camera_that_is_refused_says_so_and_the_other_ways_stay(visit) -> None:
    form = form_of(visit, "checking", "inspector2", "check_passed", granted=False)
    dialog = press(form)
    expect(said(dialog)).to_have_text(re.compile("^未获相机权限.*仍可照常使用。$"))
    expect(dialog.get_by_role("button", name="拍照", exact=True)).to_be_hidden()
    dialog.get_by_role("button", name="返回表单").click()
    expect(dialog).to_be_hidden()
    expect(form.locator("input[name=photos_camera]")).to_be_enabled()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("Object.defineProperty(window, 'isSecureContext', { value: false })", "https"),
        ("navigator.mediaDevices.getUserMedia = async () => {"
         " throw new DOMException('', 'NotFoundError'); }", "本机没有浏览器可用的相机"),
        ("navigator.mediaDevices.getUserMedia = async () => {"
         " throw new DOMException('', 'NotReadableError'); }", "正被其他应用占用"),
    ],
)  # fmt: skip
def test_why_there_is_no_camera_is_said_in_plain_words(visit, script, words) -> None:
    form = form_of(visit, "ordered", "unit", "finish")
    form.page.evaluate(f"() => {{ {script} }}")
    dialog = press(form)
    expect(said(dialog)).to_contain_text(words)
    form.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_who_closes_while_the_browser_still_asks_leaves_no_camera_on(visit) -> None:
    form = form_of(visit, "ordered", "unit", "finish")
    page = form.page
    page.evaluate("""() => {
      const media = navigator.mediaDevices, ask = media.getUserMedia;
      media.getUserMedia = async (wanted) => {
        await new Promise((go) => { window.answer = go; });
        return ask.call(media, wanted);
      };
    }""")
    expect(said(press(form))).to_contain_text("正在启动相机")
    page.keyboard.press("Escape")
    page.evaluate("""async () => {
      answer();
      while (!asked.length) await new Promise((go) => setTimeout(go, 20));
    }""")
    assert running(page) == [False]


def test_without_a_script_only_the_ways_that_work_are_offered(visit) -> None:
    page = visit.as_("unit", visit.site.case("ordered"), size=PHONE, script=False)
    expect(page.locator("input[name=photos_camera]").first).to_be_attached()
    expect(page.get_by_role("button", name="按原角度拍照")).to_have_count(0)


def test_another_photo_lies_over_the_picture_and_a_camera_that_stops_says_so(visit) -> None:
    form = form_of(visit, "ordered", "unit", "finish")
    opener = form.locator("[data-angle]")
    expect(opener).to_be_visible()
    first = opener.get_attribute("data-angle")
    second = "/static/ui/mark.svg"
    opener.evaluate("(one, other) => { one.dataset.angle += ` ${other}`; }", second)
    dialog = press(form)
    over = dialog.get_by_alt_text("此前照片")
    for now in (second, first):
        dialog.get_by_role("button", name="换一张").click()
        expect(over).to_have_attribute("src", str(now))
    form.page.evaluate("asked[0].track.dispatchEvent(new Event('ended'))")
    expect(said(dialog)).to_contain_text("已中断")
    expect(dialog.get_by_role("button", name="关闭")).to_be_focused()
    assert running(form.page) == [False]
