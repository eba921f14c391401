"""An empty city begins in the browser: first account, what is missing, ground, editions, trial."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from cityloop.cases import queries as cases
from cityloop.geo.models import Region
from cityloop.kernel import manifest
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.kernel.models import Marker
from cityloop.people import operations as people
from cityloop.setup import operations
from cityloop.setup.models import GroundWork
from tests.browser import Browse
from tests.town import SYSTEM, Town

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("L16")]


@pytest.fixture(autouse=True)
def plain(settings: Any) -> None:
    kind = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": kind}


def said(answer: HttpResponse) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def stranger() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def squares(*codes: str) -> bytes:
    """Regions of a made city, beside all others: each a square, children inside their parents."""
    sides = {"33": 4.0, "3399": 3.0, "339901": 2.0, "339901001": 1.0, "339901001001": 0.5}
    features = []
    for code in codes:
        s = sides[code]
        ring = [[125, 30], [125 + s, 30], [125 + s, 30 + s], [125, 30 + s], [125, 30]]
        features.append({
            "type": "Feature", "properties": {"code": code, "name": f"地{code}"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        })  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


ALL = ("33", "3399", "339901", "339901001", "339901001001")


def test_a_city_whose_last_administrator_left_is_set_up_again(town: Town) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_member SET active = false WHERE username = 'administrator'")
    page = stranger().get("/sign-in/")
    assert page.status_code == 200, "others sign in as ever"
    assert "Nobody administers this city yet." in said(page)


def test_the_list_is_right_at_every_moment(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    assert browse("acceptor").get("/office/first-steps/").status_code == 403
    page = said(admin.get("/office/first-steps/"))
    assert "Every step of a case has somebody who takes it." in page
    before = {one.title: one for one in manifest.missing(town.now)}
    assert before["Unit grids"].done and before["Catalogue edition"].done
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_member SET active = false WHERE username <> 'administrator'")
    after = {one.title: one for one in manifest.missing(town.now)}
    assert not after["Posts staffed"].done and "Dispatcher" in after["Posts staffed"].sentence
    assert not after["Flow of cases"].done
    assert "nobody: staff the posts" in after["Flow of cases"].sentence
    Marker.objects.create(name="backup", value={}, set_at=town.now - timedelta(days=3))
    assert not {one.title: one for one in manifest.missing(town.now)}["Backup"].done
    Marker.objects.filter(name="backup").update(set_at=town.now)
    assert {one.title: one for one in manifest.missing(town.now)}["Backup"].done


def test_the_trial_run_is_switched_for_new_cases(town: Town, browse: Browse) -> None:
    town.now = town.flow.published_at + timedelta(minutes=1)  # migrations publish one of their day
    admin = browse("administrator")
    answer = admin.post("/office/first-steps/trial/", {"trial": "on"}, follow=True)
    assert "New cases are a trial run from now on." in said(answer), said(answer)
    assert cases.current_parameters().trial
    assert cases.current_flow().parameters.items() >= town.flow.parameters.items()
    twice = admin.post("/office/first-steps/trial/", {"trial": "on"}, follow=True)
    assert "switched so already" in said(twice)
    admin.post("/office/first-steps/trial/")
    assert not cases.current_parameters().trial
    assert browse("acceptor").post("/office/first-steps/trial/").status_code == 403


def _send(client: Client, content: bytes, **more: Any) -> HttpResponse:
    file = SimpleUploadedFile("ground.geojson", content)
    return client.post("/office/first-ground/file/", {"file": file, "kind": "regions", **more})


def test_regions_of_a_file_are_imported_by_the_worker(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    assert _send(admin, squares(*ALL), replace="on")["Location"] == "/office/first-ground/"
    work = GroundWork.objects.get()
    assert work.state == "waiting" and not Region.objects.filter(code="339901").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")
        assert json.loads(cursor.fetchone()[0])["payload"] == {"work_id": work.pk}
    busy = _send(admin, squares(*ALL))
    assert busy.status_code == 422 and "another import of the ground is under way" in said(busy)
    operations.do_ground_work(work.pk, now=town.now)
    work.refresh_from_db()
    assert (work.state, work.content) == ("done", None), work.report
    assert Region.objects.get(code="339901001001").name == "地339901001001"
    page = said(admin.get("/office/first-ground/"))
    assert "5 rows are in." in page and "地339901" in page
    operations.do_ground_work(work.pk, now=town.now)  # the job once more: nothing
    work.refresh_from_db()
    assert work.report["imported"] == 5


def test_a_ground_that_is_wrong_says_why_and_nothing_is_in(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    _send(admin, squares("33", "3399", "339901001"), replace="on")  # a district is missing
    work = GroundWork.objects.get()
    operations.do_ground_work(work.pk, now=town.now)
    work.refresh_from_db()
    assert work.state == "refused" and work.report["rejections"], work.report
    assert not Region.objects.filter(code="339901001").exists()
    assert "rejected row" in said(admin.get("/office/first-ground/"))
    _send(admin, b"no geography at all")
    work = GroundWork.objects.latest("id")
    operations.do_ground_work(work.pk, now=town.now)
    work.refresh_from_db()
    assert work.state == "refused" and work.report["refused"]
    assert _send(admin, b"").status_code == 400
    assert admin.post("/office/first-ground/city/", {"city": "33"}).status_code == 400
    assert admin.post("/office/first-ground/cut/").status_code == 400


@pytest.mark.requirement("O10")
def test_only_the_citys_administrators_touch_the_ground(town: Town, browse: Browse) -> None:
    member = people.create_member(
        username="local", name="区管", organisation=town.units["DIST"], actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code="DIST-ADM", organisation=town.units["DIST"], name_zh="区管理员",
        roles=["administrator"], actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now)
    town.members["local"] = member
    local = browse("local")
    assert local.get("/office/first-steps/").status_code == 200
    for answer in (local.get("/office/first-ground/"), _send(local, squares(*ALL)),
                   local.post("/office/first-ground/city/", {"city": "330100"})):  # fmt: skip
        assert answer.status_code == 403
    assert not GroundWork.objects.exists()
    with pytest.raises(NotAllowed):
        operations.begin_ground_work("cut", "x", actor=town.actor("acceptor"), now=town.now)
    with pytest.raises(Invalid):
        operations.begin_ground_work(
            "regions", "x", actor=town.actor("administrator"), now=town.now
        )


def test_an_invitation_goes_by_mail_where_there_is_one(
    town: Town, browse: Browse, settings: Any
) -> None:
    admin, member = browse("administrator"), town.members["stranger"]
    people.change_member(
        member_id=member.pk, email="s@example.org", language="en", actor=SYSTEM, now=town.now
    )
    path = f"/office/members/{member.pk}/invite/"
    page = admin.post(path)
    link = re.search(r"http://testserver/invited/[a-z2-9-]+/", said(page))[0]
    assert page["Cache-Control"] == "no-store" and not mail.outbox, "shown to be handed over"
    settings.EMAIL_HOST = "mail.example.org"
    page = admin.post(path)
    assert "The link was sent to" in said(page)
    assert re.search(r"http://testserver/invited/[a-z2-9-]+/", mail.outbox[0].body)
    assert stranger().get(link).status_code == 404, "the second ends the first"
    assert browse("acceptor").post(path).status_code == 403
    people.close_member(member_id=member.pk, actor=SYSTEM, now=town.now)
    assert "the account is closed" in said(admin.post(path, follow=True))
