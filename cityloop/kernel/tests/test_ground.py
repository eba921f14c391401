"""Text search, paging, rows, idempotency, rate limits: the ground under everything."""

from __future__ import annotations

import base64
import threading
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from cityloop.kernel import idempotency, middleware, paging, rows, text
from cityloop.kernel.errors import Invalid
from cityloop.kernel.middleware import Buckets
from cityloop.kernel.models import Marker, RememberedCall

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
words = st.text(alphabet="井盖破损道路文三路ab1-,。 \n", max_size=40)


def vector(of: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(cityloop_bigrams(%s))", [of])
        return sorted(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.requirement("B07", "O06")
@given(words)
def test_python_and_the_database_cut_the_same_grams(of):
    assert vector(of) == text.grams(of)


@pytest.mark.django_db
@pytest.mark.requirement("B07")
@pytest.mark.parametrize(
    ("stored", "asked", "found"),
    [
        ("文三路与教工路交叉口井盖破损", "井盖", True),
        ("文三路与教工路交叉口井盖破损", "盖", True),
        ("文三路与教工路交叉口井盖破损", "教工路 井盖", True),
        ("文三路与教工路交叉口井盖破损", "路灯", False),
        ("Graffiti Removal", "graf", True),
        ("20261123", "2026", True),
    ],
)
def test_two_character_words_are_found(stored, asked, found):
    with connection.cursor() as cursor:
        cursor.execute("SELECT cityloop_bigrams(%s) @@ %s::tsquery", [stored, text.query(asked)])
        assert cursor.fetchone()[0] is found


@pytest.mark.django_db
@given(st.text(max_size=60))
def test_no_words_make_a_query_that_fails(asked):
    with connection.cursor() as cursor:
        cursor.execute("SELECT ''::tsvector @@ %s::tsquery", [text.query(asked)])


@pytest.mark.django_db
@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(1, 7), st.booleans())
def test_pages_show_every_row_once_and_in_order(values, size, down):
    Marker.objects.all().delete()
    moments = [NOW + timedelta(days=v) for v in values]
    Marker.objects.bulk_create(Marker(name=f"m{i:03}", set_at=at) for i, at in enumerate(moments))
    order = ("-set_at", "name") if down else ("set_at", "name")
    seen, cursor = [], None
    while True:
        found = paging.page(Marker.objects.all(), order=order, cursor=cursor, size=size)
        seen += [marker.name for marker in found.items]
        cursor = found.next
        if cursor is None:
            break
    assert seen == list(Marker.objects.order_by(*order).values_list("name", flat=True))


@pytest.mark.django_db
@given(st.text(max_size=60))
def test_a_made_up_cursor_is_refused_or_harmless(cursor):
    if cursor:
        with pytest.raises(Invalid):
            paging.page(Marker.objects.all(), order=("set_at", "name"), cursor=cursor)


@pytest.mark.django_db
def test_rows_of_several_tables_are_one_statement_or_nothing(django_assert_num_queries):
    parts = [
        rows.Rows("kernel_marker", ("name", "value", "set_at"),
                  [{"name": f"a{n}", "value": {"n": n}, "set_at": NOW} for n in range(3)]),
        rows.Rows("kernel_remembered_call", ("caller", "key", "request_digest", "called_at"),
                  [{"caller": "c", "key": "k" * 8, "request_digest": "d", "called_at": NOW}]),
    ]  # fmt: skip
    with django_assert_num_queries(1):
        assert rows.write(parts) == [3, 1]
    change = rows.Rows("kernel_marker", ("name", "value"), [{"name": "a1", "value": 7}], ("name",))
    assert rows.write([change]) == [1]
    assert Marker.objects.get(name="a1").value == 7
    assert rows.write([]) == []


@pytest.mark.django_db(transaction=False)
def test_a_refused_row_takes_all_others_with_it():
    good = {"name": "kept", "value": {}, "set_at": NOW}
    part = rows.Rows("kernel_marker", ("name", "value", "set_at"), [good, {**good, "name": None}])
    with pytest.raises(DatabaseError):
        rows.write([part])


@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("O02")
def test_the_same_key_from_many_threads_acts_once():
    acted, answers = [], []

    def send() -> None:
        def act() -> idempotency.Answer:
            acted.append(1)
            return 201, b'{"n": 1}'

        answers.append(
            idempotency.once(caller="c", key="key-00001", request=b"same", now=NOW, act=act)
        )
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert acted == [1]
    assert answers == [(201, b'{"n": 1}')] * 8


@pytest.mark.django_db
def test_a_key_belongs_to_its_request_and_a_refused_act_is_forgotten():
    def refuse() -> idempotency.Answer:
        raise Invalid("no")

    with pytest.raises(Invalid):
        idempotency.once(caller="c", key="key-00001", request=b"a", now=NOW, act=refuse)
    assert not RememberedCall.objects.exists()
    idempotency.once(caller="c", key="key-00001", request=b"a", now=NOW, act=lambda: (200, b""))
    with pytest.raises(idempotency.KeyReused):
        idempotency.once(caller="c", key="key-00001", request=b"b", now=NOW, act=refuse)
    with pytest.raises(Invalid):
        idempotency.once(caller="c", key="short", request=b"b", now=NOW, act=refuse)


@pytest.mark.requirement("O10")
def test_a_caller_in_a_hurry_is_slowed_down_and_others_are_not():
    buckets = Buckets(rate=10, burst=5, callers=3)
    assert [buckets.take("a", 0.0) for _ in range(7)] == [True] * 5 + [False] * 2
    assert buckets.take("b", 0.0)
    assert buckets.take("a", 0.2)
    for name in "cdefg":
        assert buckets.take(name, 0.2)
    assert len(buckets._levels) <= 3


@pytest.mark.requirement("O10")
def test_invented_keys_do_not_get_round_the_limit_of_an_address(settings):
    settings.RATE_LIMITS = True
    handle = middleware.limit_body(lambda request: HttpResponse())
    requests = RequestFactory()
    answers = [
        handle(requests.post("/api/v1/reports", headers={"Authorization": f"Bearer cl_{n}"}))
        for n in range(1500)
    ]
    refused = [one for one in answers if one.status_code == 429]
    assert len(refused) > 200 and refused[0]["Retry-After"]
    other = requests.post("/api/v1/reports", REMOTE_ADDR="10.0.0.9")
    assert handle(other).status_code == 200


@pytest.mark.requirement("O10")
@pytest.mark.parametrize(("trusted", "wanted"), [(True, "10.1.1.1"), (False, "127.0.0.1")])
def test_only_our_own_proxy_tells_the_address_and_only_the_last_one_counts(
    settings, trusted, wanted
):
    settings.TRUST_PROXY = trusted
    handle = middleware.behind_proxy(lambda request: HttpResponse(request.META["REMOTE_ADDR"]))
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.1.1.1"})
    assert handle(request).content.decode() == wanted


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values", [[1, "m1"], ["abc", "m1"], ["2026-03-02", "a\x00"], [None, {}], [True, None, 1]]
)
def test_a_cursor_with_values_of_another_kind_is_refused(values):
    cursor = base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")
    with pytest.raises(Invalid):
        paging.page(Marker.objects.all(), order=("set_at", "name"), cursor=cursor)
