"""What machines and another team notice: a copy, another scene, no photo, a false closing."""

from __future__ import annotations

import io
from datetime import timedelta

from django.utils import timezone
from PIL import Image, ImageEnhance
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
    numbers = [*_reused(scene), _elsewhere(scene), _without(scene)]
    scene.begin(days=4)
    return [*numbers, _false(scene)]


def _photograph(which: int, *, copy: bool = False) -> bytes:
    """A real photograph (no drawing has the features of a street), or a darker cut of it."""
    picture = Image.fromarray(load_sample_images().images[which]).resize((1280, 854))
    if copy:
        picture = ImageEnhance.Brightness(picture.crop((90, 60, 1190, 794))).enhance(0.75)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70 if copy else 90)
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


def _without(scene: Scene) -> str:
    case = scene.case("reported", channel="hotline12319")
    return scene.show(case, "市民上报无照片，须先现场核实", "Reported without a photo: seen first",
                      "acceptor")  # fmt: skip


def _false(scene: Scene) -> str:
    """Drawn after its day, given to a member of another team, who finds it undone."""
    case = scene.case("closed", district="330102")
    other = next(one for one in scene.town.posts["inspector"] if one.region == "330106")
    scene.wait(days=1)
    case = cases.perform(
        case.number, "draw_recheck", actor=Actor.system("draw"), now=scene.now,
        inputs={"inspector": other.member_id,
                "draw": f"{timezone.localdate(scene.now - timedelta(days=1))} 抽查"},
    )  # fmt: skip
    case = scene.step(case, "recheck_false", "inspector", reason="现场仍有堆放。")
    return scene.show(case, "抽查发现虚假结案，案件重开", "Found falsely closed: it lives again",
                      "dispatcher")  # fmt: skip
