"""What hinders the people of the demo city in the system: asked, answered, wished by many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from cityloop.demo.situations.scene import Scene
from cityloop.feedback import operations as feedback
from cityloop.feedback.models import Entry
from cityloop.people.models import Member

BOSS = "administrator"


@dataclass(frozen=True, slots=True)
class Said:
    """Words of somebody in a post about a page, and where the administrator leaves them."""

    post: str
    kind: str
    text: str
    page: str
    title: str
    state: str = ""
    answer: str = ""
    hours: float = 18  # since what was before


SAID = (
    Said(
        "unit_desk", "fault", "派遣单打印出来右边缺了一截，照片只有半张。浏览器是单位统一装的。",
        "/cases/", "案件", "done", "打印时请选择“适合页面”，新版已默认如此。", 2,
    ),
    Said(
        "worker", "question", "完成时可不可以一次选多张照片？我每次只会传一张。", "/", "首页",
        "done", "可以：点“相册或文件”，按住照片多选即可。", 18,
    ),
    Said(
        "shift_leader", "wish", "交接班时想看到上一班还有哪些市民没回电，现在要另开列表去数。",
        "/duty/handovers/", "交接班", "planned", "已列入下季度，先在交接单上加一行数字。", 20,
    ),
    Said(
        "supervisor", "wish", "希望督办单能设一个默认答复时间，比如次日中午，每次都要重新选。",
        "/oversight/", "督办单", "declined", "答复时限由督办人按情形确定，以免流于形式。", 21,
    ),
    Said(
        "evaluator", "fault", "排名导出后，单位名称有两个字显示成方框。", "/ranking/", "每日排名",
        hours=1,
    ),
)  # fmt: skip
LIST = ("/cases/", "案件")
WISH = Said("acceptor", "wish", "请记住我调过的列和顺序，每天早上都要重新弄一遍。", *LIST)
SHOWN = "案件列表记住每个人选的列和顺序。"
LIKE = Said("dispatcher", "wish", "列表的列能不能按人保存？换台电脑就没有了。", *LIST, hours=5)
PLANNED = "已列入计划：列的设置将跟随账号，换电脑也保留。"
SUPPORTERS = 9


def make(scene: Scene) -> list[str]:
    """One of each kind and state; a wish that many share, and one that was said twice."""
    scene.begin(days=6)
    for one in SAID:
        _answered(scene, one, _said(scene, one))
    wish, like = _said(scene, WISH), _said(scene, LIKE)
    boss = scene.actor(BOSS)
    feedback.mark_same(like.pk, other_id=wish.pk, actor=boss, now=scene.now)
    feedback.publish(wish.pk, words=SHOWN, actor=boss, now=scene.now)
    for member in _colleagues(scene, but=(wish.member_id, like.member_id)):
        scene.wait(minutes=30)
        actor = scene.town.actor(member.pk, scene.now)
        feedback.support(wish.pk, actor=actor, now=scene.now)
    _answer(scene, wish, "planned", PLANNED)
    _shown(scene, wish, like)
    return []


def _said(scene: Scene, one: Said) -> Entry:
    scene.wait(hours=one.hours)
    new = feedback.NewEntry(one.kind, one.text, one.page, one.title, "zh-hans")
    return feedback.say(new, actor=scene.actor(one.post), limited=False, now=scene.now)


def _answered(scene: Scene, one: Said, row: Entry) -> None:
    if one.state:
        scene.wait(hours=4)
        _answer(scene, row, one.state, one.answer)


def _answer(scene: Scene, row: Entry, state: str, text: str) -> None:
    feedback.answer(row.pk, state=state, text=text, actor=scene.actor(BOSS), now=scene.now)


def _colleagues(scene: Scene, *, but: Sequence[int]) -> list[Member]:
    """Some of all bodies, the same ones for a seed."""
    rows = Member.objects.filter(active=True).exclude(Q(pk__in=but) | Q(holdings=None))
    ids = list(rows.order_by("pk").values_list("pk", flat=True).distinct())
    chosen = sorted(scene.town.chance.sample(ids, min(SUPPORTERS, len(ids))))
    return list(Member.objects.filter(pk__in=chosen).order_by("pk"))


def _shown(scene: Scene, wish: Entry, like: Entry) -> None:
    scene.show("/office/feedback/", "反馈意见：全市使用人员的故障、建议和疑问",
               "What hinders those who work with the system", BOSS)  # fmt: skip
    scene.show(f"/office/feedback/{wish.pk}/", "公开的建议：多人支持，已列入计划",
               "A wish shown to the staff: many share it, it is planned", BOSS)  # fmt: skip
    scene.show(f"/feedback/{like.pk}/", "同一建议第二人提出：一并得到答复",
               "The same wish said twice: one answer for both", LIKE.post)  # fmt: skip
    scene.show("/feedback/wishes/", "支持同事的建议", "Support a wish of a colleague",
               "unit_desk")  # fmt: skip
