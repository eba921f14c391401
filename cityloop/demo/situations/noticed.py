"""What machines and another team notice: a copy, another scene, no photo, a false closing."""

from __future__ import annotations

import io
from datetime import timedelta

from django.utils import timezone
from PIL import Image, ImageDraw, ImageEnhance, ImageFont
from sklearn.datasets import load_sample_images

from cityloop.cases import operations as cases
from cityloop.cases.change import Paper
from cityloop.cases.models import Case
from cityloop.demo.situations.scene import Scene
from cityloop.evidence import operations as evidence
from cityloop.intake import operations as intake
from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import StoredFile

TEMPLE, FLOWER = 0, 1  # the two photographs that come with the library


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(hours=5)
    numbers = [*_reused(scene), _elsewhere(scene), _without(scene), _old(scene), _far(scene),
               _its_own(scene)]  # fmt: skip
    scene.begin(days=4)
    return [*numbers, _false(scene), _open_recheck(scene)]


def _photograph(which: int, *, copy: bool = False) -> bytes:
    """A real photograph (no drawing has the features of a street), or a darker cut of it."""
    picture = Image.fromarray(load_sample_images().images[which]).resize((1280, 854))
    if copy:
        picture = ImageEnhance.Brightness(picture.crop((90, 60, 1190, 794))).enhance(0.75)
    return _jpeg(picture, quality=70 if copy else 90)


def _jpeg(picture: Image.Image, *, quality: int = 90) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _kept(scene: Scene, content: bytes) -> StoredFile:
    return files.store(chunks=[content], filename="p.jpg", now=scene.now)


def _finished(scene: Scene, case: Case, content: bytes) -> Case:
    paper = Paper(file=_kept(scene, content), stage="after", filename="p.jpg")
    case = scene.step(case, "finish", "unit_desk", photos=[paper], result="已清理。")
    evidence.examine(number=case.number, version=case.version, now=scene.now)
    return case


def _reused(scene: Scene) -> list[str]:
    first = _finished(scene, scene.case(), _photograph(FLOWER))
    case = _finished(scene, scene.case(), _photograph(FLOWER, copy=True))
    scene.show(case, "处置照片在另一案件用过", "A photo that proved another case before",
               "shift_leader")  # fmt: skip
    return [first.number, case.number]


def _elsewhere(scene: Scene) -> str:
    seen = intake.PhotoIn(sha256=_kept(scene, _photograph(TEMPLE)).sha256)
    case = scene.case(photos=[seen])
    case = _finished(scene, case, _photograph(FLOWER, copy=True))
    return scene.show(case, "处置前后照片不是同一场景", "Before and after are not the same scene",
                      "shift_leader")  # fmt: skip


def _old(scene: Scene) -> str:
    """The date burnt into the picture of the result is three days old."""
    picture = _half(FLOWER)
    draw = ImageDraw.Draw(picture)
    burnt = f"{timezone.localtime(scene.now - timedelta(days=3)):%Y-%m-%d %H:%M:%S}"
    draw.rectangle((0, picture.height - 60, picture.width, picture.height), fill="#1b1e22")
    draw.text((20, picture.height - 50), burnt, fill="#ffd24a", font=ImageFont.load_default(34))
    case = _finished(scene, scene.case(), _jpeg(picture))
    return scene.show(case, "水印日期与反馈时间不符", "The stamp on the photo tells another day",
                      "shift_leader")  # fmt: skip


def _far(scene: Scene) -> str:
    """The picture was taken a district away."""
    case = scene.case(district="330102")
    other = scene.case("reported", district="330106")
    paper = scene.taken(other, "after")
    case = scene.step(case, "finish", "unit_desk", photos=[paper], result="已清理。")
    return scene.show(case, "照片拍摄位置远离案件点位", "A photo taken far from the place",
                      "shift_leader")  # fmt: skip


def _its_own(scene: Scene) -> str:
    """The picture of the report, darker and cut, as the proof that it is clean now."""
    picture = _half(TEMPLE)
    seen = intake.PhotoIn(sha256=_kept(scene, _jpeg(picture)).sha256)
    case = scene.case(photos=[seen])
    evidence.examine(number=case.number, version=1, now=scene.now)
    case = _finished(scene, case, _jpeg(ImageEnhance.Brightness(picture).enhance(0.9), quality=75))
    return scene.show(case, "处置后照片就是处置前照片", "The photo before as the photo after",
                      "shift_leader")  # fmt: skip


def _half(which: int) -> Image.Image:
    """A part of a photograph that no other case has."""
    whole = Image.fromarray(load_sample_images().images[which]).resize((1280, 854))
    return whole.crop((0, 300, 830, 854))


def _without(scene: Scene) -> str:
    case = scene.case("reported", channel="hotline12319")
    return scene.show(case, "市民上报无照片，须先现场核实", "Reported without a photo: seen first",
                      "acceptor")  # fmt: skip


def _false(scene: Scene) -> str:
    """Drawn after its day, given to a member of another team, who finds it undone."""
    case = scene.step(_drawn(scene), "recheck_false", "inspector", reason="现场仍有堆放。")
    return scene.show(case, "抽查发现虚假结案，案件重开", "Found falsely closed: it lives again",
                      "dispatcher")  # fmt: skip


def _open_recheck(scene: Scene) -> str:
    """Drawn, and the member of the other team has not been there yet."""
    scene.begin(days=2)
    return scene.show(_drawn(scene), "抽中复查，待另一队监督员到场",
                      "Drawn for re-inspection by another team", "inspector")  # fmt: skip


def _drawn(scene: Scene) -> Case:
    case = scene.case("closed", district="330102")
    other = next(one for one in scene.town.posts["inspector"] if one.region == "330106")
    scene.wait(days=1)
    return cases.perform(
        case.number, "draw_recheck", actor=Actor.system("draw"), now=scene.now,
        inputs={"inspector": other.member_id,
                "draw": f"{timezone.localdate(scene.now - timedelta(days=1))} 抽查"},
    )  # fmt: skip
