"""One page per case: what it shows, whom it offers which step, and how it refuses."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from PIL import Image

from cityloop.cases import chain
from cityloop.cases import views as case_views
from cityloop.cases.models import Attachment, Case, Timer
from cityloop.cases.tests import world as worlds
from cityloop.desks import queries
from cityloop.desks.views import case_clocks
from cityloop.people.models import Organisation


def picture(name: str = "p.jpg") -> SimpleUploadedFile:
    """A small real JPEG."""
    out = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def offered(html: str) -> list[str]:
    """The actions whose forms the page holds."""
    return re.findall(r'action="/cases/\d+/steps/(\w+)/"', html)


def page(client, case: Case) -> str:
    answer = client.get(f"/cases/{case.number}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_shows_facts_clocks_history_and_chain(world, as_) -> None:
    case = world.to("closed")
    html = page(as_("leader"), case)
    assert "井盖破损 near the gate" in html
    assert "cover replaced" in html  # what was done, from the history
    assert html.count("chain intact") == 1
    told = as_("leader").get(f"/api/v1/cases/{case.number}").json()
    assert (told["chain_broken_from"], told["changed_outside"]) == (None, False)
    assert html.count('class="timeline-dot') == case.version
    assert "8 working hours" in html


@pytest.mark.requirement("O02", "H05")
def test_a_clock_that_was_moved_by_hand_shows_on_the_page_and_on_paper(world, as_) -> None:
    case = world.to("dispatched")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_timer SET due_at = due_at + interval '5 days'\n"
                       "WHERE state = 'running'")  # fmt: skip
    html = page(as_("leader"), case)
    assert "changed past the life cycle" in html and "chain intact" not in html
    paper = as_("leader").get(reverse("case-print", args=[case.number])).content.decode()
    assert "are NOT what the last line" in paper and case.head not in paper.split("NOT what")[1]
    told = as_("leader").get(f"/api/v1/cases/{case.number}").json()
    assert (told["chain_broken_from"], told["changed_outside"]) == (None, True)


@pytest.mark.requirement("D01", "F06")
@pytest.mark.parametrize(
    ("status", "who", "actions"),
    [
        (
            "reported",
            "acceptor",
            ["accept", "send_verify", "settle_by_reminder", "correct", "locate", "reject"],
        ),
        ("accepted", "shift_leader", ["file", "refuse_filing"]),
        (
            "filed",
            "dispatcher",
            ["dispatch", "return_to_acceptance", "request_void", "dispatch_across"],
        ),
        (
            "dispatched",
            "water",
            ["receive", "return", "ask_extension", "ask_suspension", "ask_deferral"],
        ),
        (
            "checked",
            "shift_leader",
            ["close", "check_again", "demand_rework", "force_close", "review_case", "send_back"],
        ),
        ("closed", "shift_leader", []),
    ],
)
def test_offers_the_steps_of_this_stage_and_post_only(world, as_, status, who, actions) -> None:
    case = world.to(status)
    found = offered(page(as_(who), case))
    assert set(found) == set(actions)


def test_main_step_first_and_grave_steps_last(world, as_) -> None:
    found = offered(page(as_("shift_leader"), world.to("checked")))
    assert found[0] == "close"
    assert found[-1] == "force_close"


@pytest.mark.requirement("E03")
def test_a_standing_objection_bars_the_step_with_its_reason(world, as_) -> None:
    case = world.to("filed")
    for _round in range(2):
        unit = world.units["water"].pk
        case = world.step(case, "dispatch", "dispatcher", unit=unit, reason="again")
        case = world.step(case, "return", "water", reason_code="not_ours", reason="not our pipe")
    html = page(as_("dispatcher"), case)
    assert "dispatch" not in offered(html)
    assert "a supervisor decides" in html
    assert "dispatch_by_order" in offered(page(as_("supervisor"), case))


def test_takes_a_step_and_says_so(world, as_) -> None:
    case = world.to("reported")
    client = as_("acceptor")
    answer = client.post(f"/cases/{case.number}/steps/accept/", {"version": case.version})
    assert answer.status_code == 303
    assert Case.objects.get(pk=case.pk).status == "accepted"
    assert "Done: Accept" in client.get(answer["Location"]).content.decode()


def test_takes_photos_of_a_step(world, as_) -> None:
    case = world.to("handling")
    sent = {
        "version": case.version,
        "result": "done",
        "photos": [picture("a.jpg"), picture("b.jpg")],
    }
    answer = as_("water").post(f"/cases/{case.number}/steps/finish/", sent)
    assert answer.status_code == 303
    assert set(case.attachments.values_list("stage", "filename")) == {
        ("after", "a.jpg"),
        ("after", "b.jpg"),
    }


@pytest.mark.requirement("F08")
def test_photos_that_prove_a_step_say_whether_the_camera_took_them_just_now(world, as_) -> None:
    case = world.to("handling")
    asked = {"reason_code": "weather", "reason": "rain", "extra": "4"}
    papers = {**asked, "version": case.version, "photos": [picture("letter.jpg")]}
    html = page(as_("water"), case)
    finish = html.split("/steps/finish/")[1].split("</form>")[0]
    assert 'name="photos_camera" accept="image/*" capture="environment"' in finish
    assert "photos_camera" not in html.split("/steps/ask_extension/")[1].split("</form>")[0]
    as_("water").post(f"/cases/{case.number}/steps/ask_extension/", papers)
    done = {
        "version": case.version + 1, "result": "done", "photos": [picture("old.jpg")],
        "photos_camera": [picture("now.jpg")],
    }  # fmt: skip
    answer = as_("water").post(f"/cases/{case.number}/steps/finish/", done)
    assert answer.status_code == 303
    flags = dict(case.attachments.values_list("filename", "from_album"))
    assert flags == {"letter.jpg": False, "old.jpg": True, "now.jpg": False}
    shown = page(as_("water"), case)
    assert shown.count("From the album, not from the camera") == 1


@pytest.mark.requirement("F09")
def test_the_angle_of_a_photo_from_before_is_offered_where_the_place_is_shown_again(
    world, as_
) -> None:
    case = world.to("handling")
    assert "data-angle" not in page(as_("water"), case)  # none from before: no angle
    files = [
        Attachment.objects.create(
            case=case, version=1, file=world.photo(number).file, stage="report", filename="p.jpg",
            added_at=case.reported_at,
        ).file
        for number in range(2)
    ]  # fmt: skip
    html = page(as_("water"), case)
    finish = html.split("/steps/finish/")[1].split("</form>")[0]
    latest_first = " ".join(f"/files/{one.sha256}/1280" for one in reversed(files))
    assert f'data-angle="{latest_first}"' in finish
    assert html.count("data-angle") == 1  # a request for more time shows no place


def test_lists_every_objection_and_keeps_what_was_typed(world, as_) -> None:
    case = world.to("handling")
    sent = {"version": case.version, "result": "all of it done"}
    answer = as_("water").post(f"/cases/{case.number}/steps/finish/", sent)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "attach a photo" in html
    assert "all of it done" in html
    assert Case.objects.get(pk=case.pk).version == case.version


def test_missing_inputs_are_named_at_their_fields(world, as_) -> None:
    case = world.to("reported")
    answer = as_("acceptor").post(f"/cases/{case.number}/steps/reject/", {"version": case.version})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count('aria-invalid="true"') == 2  # reason code and reason
    assert 'id="reject-reason-error"' in html


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b"MZ\x90 not a picture", "is not a photo")]
)
def test_a_bad_file_is_refused_with_words(world, as_, content, words) -> None:
    case = world.to("handling")
    file = SimpleUploadedFile("after.jpg", content, content_type="image/jpeg")
    sent = {"version": case.version, "result": "done", "photos": [file]}
    answer = as_("water").post(f"/cases/{case.number}/steps/finish/", sent)
    html = answer.content.decode()
    # Django itself drops an empty upload: then the photo is missing
    assert answer.status_code in (409, 422)
    assert words in html or "attach a photo" in html


def test_a_stale_form_is_explained_with_what_happened(world, as_) -> None:
    case = world.to("filed")
    world.step(case, "return_to_acceptance", "dispatcher", reason_code="no_unit", reason="whose?")
    sent = {"version": case.version, "unit": world.units["water"].pk}
    answer = as_("dispatcher").post(f"/cases/{case.number}/steps/dispatch/", sent)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "changed while you were reading" in html
    assert "Return to acceptance – dispatcher@centre" in html


@pytest.mark.parametrize("version", [None, "", "abc", "-1", "²", "9" * 5000])
def test_a_form_that_names_no_version_does_nothing(world, as_, version) -> None:
    case = world.to("dispatched")
    sent = {} if version is None else {"version": version}
    answer = as_("water").post(f"/cases/{case.number}/steps/receive/", sent)
    assert answer.status_code == 422
    assert "which version of the case you read" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).version == case.version


@pytest.mark.requirement("D03")
def test_the_filing_form_asks_only_what_some_rule_of_the_class_knows(world, as_) -> None:
    case = world.to("accepted")
    html = page(as_("shift_leader"), case)
    assert 'name="filing_rule"' in html
    assert 'name="engineering"' not in html
    assert 'name="place_level"' not in html
    worlds.rule(
        world.problem_class, engineering_amount=5, engineering_unit="work_day", place_level="A"
    )
    html = page(as_("shift_leader"), case)
    assert 'name="engineering"' in html
    assert 'name="place_level"' in html


@pytest.mark.requirement("H01")
def test_the_clock_and_the_lists_turn_yellow_at_one_moment(world) -> None:
    case = world.report()  # fifteen minutes to accept: a quarter of them is less than ten
    timer = Timer.objects.get(case=case)
    for minutes in range(16):
        now = world.now + timedelta(minutes=minutes)
        assert case_clocks.clock_row(timer, now=now).light == case_views.light(case, now=now)


def test_outside_the_scope_a_case_does_not_exist(world, as_) -> None:
    case = world.to("dispatched")  # with water
    for path in ("", "print/", "clocks/handling/"):
        assert as_("roads").get(f"/cases/{case.number}/{path}").status_code == 404
    assert as_("roads").post(f"/cases/{case.number}/steps/receive/").status_code == 404


def test_who_is_not_signed_in_goes_to_the_sign_in_page(world, client) -> None:
    case = world.to("reported")
    for path in ("/", "/cases/", f"/cases/{case.number}/", "/map/", "/intake/new/", "/ui/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=")


@pytest.mark.requirement("D10")
def test_the_electronic_file_holds_all_steps_and_photos(world, as_) -> None:
    case = world.to("closed")
    html = as_("leader").get(f"/cases/{case.number}/print/").content.decode()
    assert html.count('class="chain mono"') == case.version
    papers = case.attachments.select_related("file")
    assert papers
    assert all(f"/files/{paper.file.sha256}/1280" in html for paper in papers)
    assert case.head[:32] in html


@pytest.mark.requirement("H05")
def test_a_deadline_explains_itself(world, as_) -> None:
    case = world.to("dispatched")
    client = as_("dispatcher")
    whole = client.get(f"/cases/{case.number}/clocks/handling/").content.decode()
    part = client.get(
        f"/cases/{case.number}/clocks/handling/", headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "lunch break" in part
    assert part.count("counted") >= 2
    assert client.get(f"/cases/{case.number}/clocks/nonsense/").status_code == 404


@pytest.mark.requirement("H05")
def test_a_clock_that_stands_still_tells_why_on_page_and_api(world, as_) -> None:
    case = world.to("handling")
    world.wait(minutes=30)
    case = world.step(case, "return", "water", reason_code="not_ours", reason="not our pipe")
    client, here = as_("dispatcher"), f"/cases/{case.number}/clocks/handling/"
    assert here in client.get(f"/cases/{case.number}/").content.decode()
    page = client.get(here).content.decode()
    assert "This clock stands still since" in page and "Its deadline is set when it goes on" in page
    assert "stands still" in page and "not our pipe" in page
    told = client.get(f"/api/v1/cases/{case.number}/clocks/handling/explain").json()
    assert told["state"] == "paused" and told["due_at"] is None
    clocks = client.get(f"/api/v1/cases/{case.number}").json()["clocks"]
    ((which, due),) = [(c["which"], c["due_at"]) for c in clocks if c["kind"] == "handling"]
    assert (which, due) == (1, None), "a clock that stands still has no deadline"
    assert Decimal(told["used"]) + Decimal(told["left"]) == Decimal(told["limit"][0])
    counted = sum(Decimal(one["amount"]) for one in told["stretches"])
    assert abs(counted - Decimal(told["used"])) < Decimal("0.001")
    stood = told["stretches"][-1]
    assert (stood["reason"], stood["end"], stood["action"]) == ("paused", None, "return")
    assert stood["why"] == "not our pipe" and stood["actor"]


def test_a_broken_line_is_found(world) -> None:
    case = world.to("closed")
    file = queries.case_file(world.actors["leader"], case.number)
    assert file.broken is None
    file.lines[2].facts["reason"] = "never said"
    assert chain.broken_from(file.case, file.lines) == 3


def test_the_page_is_a_fragment_for_htmx(world, as_) -> None:
    case = world.to("reported")
    answer = as_("acceptor").get(f"/cases/{case.number}/", headers={"HX-Request": "true"})
    assert answer.content.startswith(b'<div id="case"')
    assert "HX-Request" in answer["Vary"]


def test_no_inline_script_or_style_anywhere(world, as_) -> None:
    case = world.to("closed")
    client = as_("acceptor")
    for path in ("/", "/cases/", f"/cases/{case.number}/", "/map/", "/intake/new/", "/ui/"):
        html = client.get(path).content.decode()
        assert not re.search(r"<[^>]+\sstyle=", html), path
        assert not re.search(r"<[^>]+\son\w+=", html), path
        scripts = re.findall(r"<script([^>]*)>", html)
        assert all("src=" in one or 'type="application/json"' in one for one in scripts), path


@pytest.mark.requirement("D01")
def test_accepting_demands_a_class_where_the_case_has_none(world, as_) -> None:
    def demanded(case: Case) -> bool:
        html = page(as_("acceptor"), case)
        form = html[html.index("/steps/accept/") :]
        (select,) = re.findall(
            r'<select[^>]*name="problem_class"[^>]*>', form[: form.index("</form>")]
        )
        return "required" in select

    assert demanded(world.report(problem_class_id=None))
    assert not demanded(world.report())


@pytest.mark.requirement("E01")
def test_who_has_no_step_reads_with_whom_the_case_is(world, as_) -> None:
    case = world.to("dispatched")
    words = "No step of this case is yours at the moment. It waits for: "
    Organisation.objects.filter(pk=case.lead_id).update(name_en="Water Works")
    html = page(as_("acceptor"), case)
    told = re.search(re.escape(words) + "([^<]*)", html)
    assert told is not None and told[1].endswith(" at Water Works.")
    chinese = as_("acceptor")
    chinese.cookies["django_language"] = "zh-hans"
    assert "water单位的" in page(chinese, case)
