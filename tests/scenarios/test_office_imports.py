"""Tables sent through the office: looked at row by row, then taken as they were shown."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from python_calamine import CalamineWorkbook

from cityloop.assets.models import Component
from cityloop.kernel.models import Upload
from cityloop.people import queries as people
from cityloop.people.models import Holding, Invitation, Member, Organisation, Responsibility
from cityloop.setup.sheets import SHEETS
from tests.browser import Browse
from tests.sheets import book
from tests.town import DISTRICT, Town

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("L16")]


def send(client: Client, kind: str, content: bytes, name: str = "", **more: Any) -> HttpResponse:
    file = SimpleUploadedFile(name or f"{kind}.xlsx", content)
    return client.post(f"/office/imports/{kind}/", {"file": file, **more})


def said(answer: HttpResponse) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def stamp(answer: HttpResponse) -> str:
    return re.search(r'name="stamp" value="([0-9a-f]+)"', answer.content.decode())[1]


def test_a_template_is_read_back_with_its_example_left_out(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    for kind in SHEETS:
        answer = admin.get(f"/office/imports/{kind}/template/")
        found = CalamineWorkbook.from_object(io.BytesIO(answer.content))
        head, example = found.get_sheet_by_index(0).to_python()[:2]
        assert [cell.splitlines()[-1] for cell in head] == [c.name for c in SHEETS[kind].columns]
        assert example[0].startswith("#示例")
        empty = said(admin.get(send(admin, kind, answer.content)["Location"]))
        assert "There is no row to read in the file." in empty, "the example is not read"
    values = found.get_sheet_by_index(1).to_python()
    assert "WATER" in {cell for row in values for cell in row}, "codes to choose from"


def test_organisations_are_shown_row_by_row_and_taken_as_shown(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    water = town.units["WATER"]
    rows = (
        {"code": "NEW", "name_zh": "新单位", "kind": "department", "parent_code": "CITY"},
        {"code": "WATER", "name_zh": water.name_zh, "kind": water.kind, "parent_code": "CITY",
         "phone": "0571-99", "region_code": water.region_code},
    )  # fmt: skip
    before = Organisation.objects.count()
    path = send(admin, "organisations", book("organisations", *rows))["Location"]
    page = admin.get(path)
    assert "新单位" in said(page) and "New 1" in said(page) and "Changed 1" in said(page)
    assert "0571-99" in said(admin.get(path, {"show": "changed"}))
    assert Organisation.objects.count() == before, "only looked at"
    answer = admin.post(f"{path}take/", {"stamp": stamp(page)})
    assert answer["Location"] == "/office/organisations/"
    assert Organisation.objects.get(code="NEW").parent.code == "CITY"
    assert Organisation.objects.get(code="WATER").phone == "0571-99"
    assert not Upload.objects.exists()


def test_wrong_cells_are_named_and_nothing_can_be_taken(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    rows = (
        {"code": "GOOD", "name_zh": "好单位", "kind": "department", "parent_code": "CITY"},
        {"code": "BAD", "name_zh": "", "kind": "nonsense", "parent_code": "CITY"},
        {"code": "LOST", "name_zh": "无上级", "kind": "department", "parent_code": "NOBODY"},
    )
    path = send(admin, "organisations", book("organisations", *rows))["Location"]
    page = admin.get(path)
    for part in ("4 BAD Chinese name 1 to 120 characters", "4 BAD Kind unknown kind",
                 "5 LOST Code of the body above unknown parent NOBODY",
                 "2 rows are wrong, so nothing can be taken"):  # fmt: skip
        assert part in said(page), part
    assert 'name="stamp"' not in page.content.decode()
    answer = admin.post(f"{path}take/", {"stamp": "0" * 64})
    assert answer["Location"] == path, "not what anybody was shown"
    assert not Organisation.objects.filter(code__in=["GOOD", "BAD"]).exists()
    chinese = said(browse("administrator", "zh-hans").get(path))
    assert "2 行有误" in chinese and "中文名称" in chinese


def test_what_changed_since_it_was_shown_is_shown_again(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    row = {"code": "NEW", "name_zh": "新单位", "kind": "department", "parent_code": "CITY"}
    path = send(admin, "organisations", book("organisations", row))["Location"]
    seen = stamp(admin.get(path))
    admin.post("/office/organisations/new/", {
        "code": "NEW", "name_zh": "别人建的", "kind": "department",
        "parent": town.units["CITY"].pk})  # fmt: skip
    answer = admin.post(f"{path}take/", {"stamp": seen}, follow=True)
    assert "not what you saw" in said(answer) and "Changed 1" in said(answer)
    assert Organisation.objects.get(code="NEW").name_zh == "别人建的"


def test_lines_of_the_matrix_tell_who_led_before(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    line = Responsibility.objects.filter(owner=None, valid_to=None).select_related("lead")[0]
    cell = {"class_kind": line.class_kind, "major_code": line.major_code,
            "minor_code": line.minor_code, "region_code": line.region_code,
            "source_document": "城管 9 号", "valid_from": "2026-03-02"}  # fmt: skip
    other = "GREEN" if line.lead.code != "GREEN" else "ROADS"
    content = book("responsibilities", cell | {"lead_code": other})
    path = send(admin, "responsibilities", content, edition=line.edition_code)["Location"]
    page = admin.get(path)
    assert re.search(rf"Code of the lead unit {line.lead.code} {other}", said(page)), said(page)
    admin.post(f"{path}take/", {"stamp": stamp(page)})
    line.refresh_from_db()
    assert line.valid_to is not None
    assert Responsibility.objects.get(lead__code=other, source_document="城管 9 号").pk > line.pk
    wrong = book("responsibilities", cell | {"lead_code": "NOBODY"})
    page = said(admin.get(send(admin, "responsibilities", wrong)["Location"]))
    assert "Code of the lead unit unknown organisation NOBODY" in page


def test_members_get_posts_and_codes_that_are_shown_once(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    rows = (
        {"username": "lin", "name": "林一", "organisation_code": "PLAT", "roles": "受理员"},
        {"username": "lin", "name": "林一", "organisation_code": "PLAT", "roles": "shift_leader"},
        {"username": "mo", "name": "莫二", "organisation_code": "COLLECT", "roles": "inspector",
         "areas": DISTRICT},
    )  # fmt: skip
    path = send(admin, "members", book("members", *rows))["Location"]
    page = admin.get(path)
    assert "New 3" in said(page), said(page)
    assert not Member.objects.filter(username="lin").exists() and not Invitation.objects.exists()
    answer = admin.post(f"{path}take/", {"stamp": stamp(page)})
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    codes = re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", said(answer))
    assert len(codes) == 2, "one a person, not one a post"
    lin = Member.objects.get(username="lin")
    assert not lin.has_usable_password()
    held = Holding.objects.filter(member=lin).values_list("post__roles__code", flat=True)
    assert set(held) == {"acceptor", "shift_leader"}
    kept = Invitation.objects.values_list("digest", flat=True)
    assert not set(kept) & set(codes), "of a code only the digest is kept"
    again = said(admin.get(send(admin, "members", book("members", *rows))["Location"]))
    assert "Everything in the file is there already." in again


def test_an_invitation_is_good_once(town: Town, browse: Browse, settings: Any) -> None:
    admin = browse("administrator")
    row = {"username": "lin", "name": "林一", "organisation_code": "PLAT", "roles": "acceptor"}
    path = send(admin, "members", book("members", row))["Location"]
    sheet = said(admin.post(f"{path}take/", {"stamp": stamp(admin.get(path))}))
    code = re.search(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", sheet)[0]
    guest = Client(headers={"Accept-Language": "en"})
    wrong = guest.post("/invited/", {"code": "aaaa-bbbb-cccc-dddd"})
    assert wrong.status_code == 400 and "ask for a new one" in said(wrong)
    there = guest.post("/invited/", {"code": f" {code.upper()} "})["Location"]
    assert "林一" in said(guest.get(there))
    weak = guest.post(there, {"password": "12345", "again": "12345"})
    assert weak.status_code == 400
    good = {"password": "Lotus-Bridge-2026", "again": "Lotus-Bridge-2026"}
    assert guest.post(there, good)["Location"] == "/"
    assert guest.get("/").status_code == 200, "the session has begun"
    assert Client().post(there, good).status_code == 404, "used up"
    assert Member.objects.get(username="lin").check_password("Lotus-Bridge-2026")


def test_an_old_invitation_and_a_second_one_end_the_first(town: Town, browse: Browse) -> None:
    from datetime import timedelta

    from cityloop.kernel.errors import NotFound
    from cityloop.people import operations

    member, admin = town.members["stranger"], town.actor("administrator")
    first = operations.invite(member_id=member.pk, actor=admin, now=town.now)
    second = operations.invite(member_id=member.pk, actor=admin, now=town.now)
    with pytest.raises(NotFound):
        operations.invited_member(first.code, now=town.now)
    assert operations.invited_member(second.code, now=town.now) == member
    with pytest.raises(NotFound):
        operations.invited_member(second.code, now=town.now + timedelta(days=7, seconds=1))


def test_components_come_from_excel_and_good_rows_may_go_alone(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    point = town.grid(0).geom.point_on_surface
    kept = Component.objects.count()
    rows = (
        {"code": f"{DISTRICT}0101009001", "x": f"{point.x}", "y": f"{point.y}"},
        {"code": DISTRICT, "x": f"{point.x}", "y": f"{point.y}"},
    )
    path = send(admin, "components", book("components", *rows), system="wgs84")["Location"]
    page = admin.get(path)
    assert "1 row is wrong and would be left out" in said(page)
    assert f"4 {DISTRICT}" in said(admin.get(path, {"show": "wrong"}))
    assert Component.objects.count() == kept
    admin.post(f"{path}take/", {"stamp": stamp(page)})
    assert Component.objects.count() == kept + 1


def test_no_table_and_no_file_of_the_kind_is_told(town: Town, browse: Browse) -> None:
    admin = browse("administrator")
    assert send(admin, "organisations", b"x", "units.exe").status_code == 400
    assert send(admin, "organisations", b"", "units.csv").status_code == 400
    page = said(admin.get(send(admin, "organisations", b"a,b\n1,2\n", "units.csv")["Location"]))
    assert "columns are missing: code, name_zh, kind" in page


@pytest.mark.requirement("O10")
def test_files_are_their_senders_and_kinds_their_keepers(town: Town, browse: Browse) -> None:
    admin, other = browse("administrator"), browse("acceptor")
    row = {"code": "NEW", "name_zh": "新单位", "kind": "department", "parent_code": "CITY"}
    path = send(admin, "organisations", book("organisations", row))["Location"]
    for address in ("/office/imports/", "/office/imports/organisations/", path,
                    "/office/imports/members/template/"):  # fmt: skip
        assert other.get(address).status_code == 403, address
    assert send(other, "organisations", b"code\n1\n", "a.csv").status_code == 403
    assert other.post(f"{path}take/").status_code == 403
    assert admin.get(path.replace("organisations", "members")).status_code == 404
    assert admin.get("/office/imports/nothing/").status_code == 404
    assert admin.post(f"{path}drop/")["Location"] == "/office/imports/organisations/"
    assert not Upload.objects.exists()
    assert not people.organisation_tree(town.actor("administrator")).filter(code="NEW").exists()
