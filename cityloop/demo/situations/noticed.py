"""What machines and another team notice: a copy, another scene, no photo, a false closing."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from PIL import Image, ImageEnhance, ImageOps

from cityloop.cases import proof
from cityloop.cases.change import Paper
from cityloop.cases.models import Case
from cityloop.demo import close_ups
from cityloop.demo.situations.scene import Scene
from cityloop.discipline import operations as discipline
from cityloop.discipline.models import Draw, Result
from cityloop.evidence import operations as evidence
from cityloop.intake import operations as intake
from cityloop.kernel import files
from cityloop.kernel.models import StoredFile


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(hours=5)
    numbers = [*_reused(scene), _elsewhere(scene), _without(scene), _old(scene), _far(scene),
               _its_own(scene)]  # fmt: skip
    return [*numbers, *_rechecked(scene)]


def _copy(whole: Image.Image) -> bytes:
    """A darker cut of a picture."""
    wide, high = whole.size
    cut = whole.crop((wide // 14, high // 14, wide * 13 // 14, high * 13 // 14))
    return close_ups.jpeg(ImageEnhance.Brightness(cut).enhance(0.75), quality=70)


def _kept(scene: Scene, content: bytes) -> StoredFile:
    return files.store(chunks=[content], filename="p.jpg", now=scene.now)


def _finished(scene: Scene, case: Case, content: bytes, *, looked_at: bool = True) -> Case:
    """Finished with this picture. `looked_at`: closely, else it is only remembered."""
    file = _kept(scene, content)
    paper = Paper(file=file, stage="after", filename="p.jpg")
    case = scene.step(case, "finish", "unit_desk", photos=[paper], result="已清理。")
    if looked_at:
        evidence.examine(number=case.number, version=case.version, now=scene.now)
    else:
        evidence.keep_prints(file)
    return case


def _reused(scene: Scene) -> list[str]:
    """The like of a picture of another case, and one that was edited so as not to look like it."""
    whole = close_ups.picture(1)
    first = _finished(scene, scene.case(), close_ups.jpeg(whole), looked_at=False)
    case = _finished(scene, scene.case(), _copy(whole))
    scene.show(case, "处置照片在另一案件用过", "A photo that proved another case before",
               "shift_leader")  # fmt: skip
    edited = _finished(scene, scene.case(), close_ups.jpeg(ImageOps.mirror(whole), quality=80))
    scene.show(edited, "处置照片系镜像修改的旧照", "An edited picture: an old one, mirrored",
               "shift_leader")  # fmt: skip
    return [first.number, case.number, edited.number]


def _elsewhere(scene: Scene) -> str:
    seen = intake.PhotoIn(sha256=_kept(scene, close_ups.jpeg(close_ups.picture(2))).sha256)
    case = scene.case(photos=[seen])
    case = _finished(scene, case, close_ups.jpeg(close_ups.picture(3)))
    return scene.show(case, "处置前后照片不是同一场景", "Before and after are not the same scene",
                      "shift_leader")  # fmt: skip


def _old(scene: Scene) -> str:
    """The date burnt into the picture of the result is three days old."""
    picture = close_ups.stamped(close_ups.picture(4), scene.now - timedelta(days=3))
    case = _finished(scene, scene.case(), close_ups.jpeg(picture))
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
    picture = close_ups.picture(5)
    file = _kept(scene, close_ups.jpeg(picture))
    evidence.keep_prints(file)
    case = scene.case(photos=[intake.PhotoIn(sha256=file.sha256)])
    darker = ImageEnhance.Brightness(picture).enhance(0.9)
    case = _finished(scene, case, close_ups.jpeg(darker, quality=75))
    return scene.show(case, "处置后照片就是处置前照片", "The photo before as the photo after",
                      "shift_leader")  # fmt: skip


def _without(scene: Scene) -> str:
    case = scene.case("reported", channel="hotline12319")
    return scene.show(case, "市民上报无照片，须先现场核实", "Reported without a photo: seen first",
                      "acceptor")  # fmt: skip


def _rechecked(scene: Scene) -> list[str]:
    """Two cases of one day, drawn by lot and given to another team; one is found undone."""
    false, waits = _drawn(scene)
    false = scene.step(false, "recheck_false", "inspector", reason="现场仍有堆放。")
    discipline.note(number=false.number, version=false.version, result=Result.FALSE)
    scene.show(false, "抽查发现虚假结案，案件重开", "Found falsely closed: it lives again",
               "dispatcher")  # fmt: skip
    scene.show(waits, "抽中复查，待另一队监督员到场", "Drawn for re-inspection by another team",
               "inspector")  # fmt: skip
    return [false.number, waits.number]


def _drawn(scene: Scene) -> list[Case]:
    """Cases closed on a day before the life of the city, of which all are drawn."""
    for back in range(4, 90):
        day = timezone.localdate(scene.begin(days=back))
        if not Draw.objects.filter(day=day).exists():
            break
    closed = [scene.case("closed", district="330102") for _ in range(2)]
    scene.wait(days=1)
    if proof.seal_after(day) is None:
        proof.seal(now=scene.now)
    with scene.flow(recheck_share=1.0):
        discipline.draw(day=day, now=scene.now)
    return [scene.again(case) for case in closed]
