"""Whatever a program that reads asks for or hands in: an answer with a reason."""

from __future__ import annotations

import json

import pytest
from hostile import refused
from served import Served

pytestmark = pytest.mark.usefixtures("nothing_stored")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'[{"kind":' + b"[" * 100_000,
        b"\xff\xfe",
        b'{"kind":"product"}',
        b'[{"kind":"nothing of ours","value":{}}]',
        b'[{"kind":"product","value":{"client":"a\\u0000","sku":"b","name":"c","category":"d","gtins":[]}}]',
        b'[{"kind":"product","value":{"client":"a","sku":"b","name":"c","category":"d","gtins":[],"value":1e400}}]',
        b'[{"kind":"product","value":{"client":"a","sku":"b","name":"c","category":"d","gtins":[],"value":99999999999999999999}}]',
        b'[{"kind":"client","key":"\\ud800","value":{"id":"\\ud800","name":"x"}}]',
    ],
)
def test_reference_data_that_is_none_is_refused_or_reported(served: Served, reader: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {reader}", "Content-Type": "application/json"}
    answer = served.ask("POST", "/v1/reference", headers, body)
    if answer.status == 200:
        assert json.loads(answer.body)["refused"], answer.body
    else:
        refused(answer)


@pytest.mark.parametrize(
    "target",
    [
        "/v1/parcels/%00",
        "/v1/parcels/%ff%fe",
        "/v1/parcels/%ED%A0%80",
        "/v1/units/" + "A" * 8000,
        "/v1/containers/..%2f..%2fetc%2fpasswd",
        "/v1/search?code=%00",
        "/v1/search?code=" + "%F0%9F%92%A9" * 500,
        "/v1/search",
        "/v1/history?kind=%00&id=%00",
        "/v1/history?kind=parcel",
        "/v1/kpi?since=-1",
        "/v1/kpi?since=99999999999999999999999999",
        "/v1/kpi?since=%D9%A1",
        "/v1/inventory?status=%00",
        "/v1/tasks?limit=-5",
        "/v1/nothing",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_a_question_that_makes_no_sense_gets_an_answer_that_does(served: Served, reader: str, target: str) -> None:
    answer = served.ask("GET", target, {"Authorization": f"Bearer {reader}"})
    assert answer.status < 500, answer
    if answer.status >= 400:
        refused(answer)
