"""Input validation, message by message (3.6)."""

import json

import pytest
from support.waiting import wait_for

GOOD = {"s": "x", "n": 1}


@pytest.fixture
def server(shared):
    return shared("validated")


def details(answer):
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/json"
    found = []
    for entry in answer.json["detail"]:
        assert set(entry) == {"loc", "msg", "type"}
        assert entry["loc"][:2] == ["body", "input"]
        found.append((*entry["loc"][2:], entry["msg"], entry["type"]))
    return found


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("s", 5, '5 is not of type "string"'),
        ("s", None, 'null is not of type "string"'),
        ("s", ["a", {"k": 1}], '["a",{"k":1}] is not of type "string"'),
        ("n", "x", '"x" is not of type "integer"'),
        ("n", 1.5, '1.5 is not of type "integer"'),
        ("n", True, 'true is not of type "integer"'),
        ("n", {"k": [1, None]}, '{"k":[1,null]} is not of type "integer"'),
        ("n", "ü\n", '"ü\\n" is not of type "integer"'),
        ("between", 0, "0 is less than the minimum of 1"),
        ("between", 11, "11 is greater than the maximum of 10"),
        ("between", 10.5, "10.5 is greater than the maximum of 10"),
        ("between", False, 'false is not of type "number"'),
        ("sized", "a", '"a" is shorter than 2 characters'),
        ("sized", "abcde", '"abcde" is longer than 4 characters'),
        ("sized", "😀", '"😀" is shorter than 2 characters'),
        ("one", "ab", '"ab" is longer than 1 character'),
        ("letters", "a1", '"a1" does not match "^[a-z]+$"'),
        ("color", "blue", '"blue" is not one of ["red","green"]'),
        ("number", 3, "3 is not one of [1,2]"),
        ("flag", 1, '1 is not of type "boolean"'),
        ("flag", "true", '"true" is not of type "boolean"'),
        ("li", 5, '5 is not of type "array"'),
        ("either", True, "true is not valid under any of the schemas listed in the 'anyOf' keyword"),
        ("d", [], '[] is not of type "object"'),
        ("path", 5, '5 is not of type "string"'),
        ("file", {}, '{} is not of type "string"'),
        ("secret", 1, '1 is not of type "string"'),
    ],
)
def test_message(server, field, value, message):
    assert details(server.predict({**GOOD, field: value})) == [(field, message, "value_error")]


def test_list_item_is_named_with_its_index(server):
    assert details(server.predict({**GOOD, "li": [1, "x"]})) == [
        ("li/1", '"x" is not of type "integer"', "value_error")
    ]


@pytest.mark.parametrize("text", ["1.5e-00", "1.5e-000"])
def test_fraction_is_no_integer_however_it_is_spelled(server, text):
    body = f'{{"input": {{"s": "x", "n": {text}}}}}'
    answer = server.request("POST", "/predictions", body, {"Content-Type": "application/json"})
    assert details(answer) == [("n", '1.5 is not of type "integer"', "value_error")]


def test_missing_field(server):
    assert details(server.predict({"s": "x"})) == [("n", "Field required", "value_error.missing")]


def test_one_bad_and_one_missing_field_byte_for_byte(server):
    answer = server.predict({"s": 5})
    assert answer.text == (
        '{"detail":[{"loc":["body","input","s"],"msg":"5 is not of type \\"string\\"","type":"value_error"},'
        '{"loc":["body","input","n"],"msg":"Field required","type":"value_error.missing"}]}'
    )


def test_order_of_several_errors(server):
    answer = server.predict({"sized": "a", "letters": "1", "between": 0, "color": 5})
    assert [entry[0] for entry in details(answer)] == ["between", "color", "color", "letters", "sized", "s", "n"]


def test_wrong_type_of_a_choice_gives_two_entries(server):
    assert details(server.predict({**GOOD, "color": 5})) == [
        ("color", '5 is not one of ["red","green"]', "value_error"),
        ("color", '5 is not of type "string"', "value_error"),
    ]


@pytest.mark.parametrize("value", [[], "x", 5, True])
def test_input_that_is_no_object(server, value):
    answer = server.post("/predictions", {"input": value})
    assert details(answer) == [("__root__", f'{json.dumps(value)} is not of type "object"', "value_error")]


def test_value_is_printed_in_full(server):
    text = "a" * 100_000
    assert details(server.predict({**GOOD, "n": text})) == [("n", f'"{text}" is not of type "integer"', "value_error")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 1.0), ("n", 1e2), ("n", 10**30), ("n", -(2**63)), ("between", 1), ("between", 10), ("between", 1.0),
        ("sized", "ab"), ("sized", "😀😀😀😀"), ("one", ""), ("one", "é"), ("letters", "z"), ("color", "green"),
        ("li", []), ("li", [1, 2.0]), ("either", 5), ("either", "5"), ("d", {}), ("d", {"a": [1, {"b": None}]}), ("secret", "x"), ("s", ""),
    ],
)  # fmt: skip
def test_passes(server, field, value):
    answer = server.predict({**GOOD, field: value})
    assert (answer.status, answer.json["status"]) == (200, "succeeded")


def test_unknown_fields_are_removed(server):
    answer = server.predict({**GOOD, "unknown": 1, "also": {"a": 1}})
    assert answer.json["status"] == "succeeded"
    assert "unknown" not in answer.json["output"]


def test_omitted_optional_is_none_and_defaults_apply(server):
    output = server.predict(GOOD).json["output"]
    assert output["o"] == output["oi"] == ["NoneType", "None"]
    assert output["between"] == ["float", "5.0"]
    assert output["color"] == ["str", "red"]


def test_constraint_of_an_optional_field(server):
    assert details(server.predict({**GOOD, "oi": 2})) == [("oi", "2 is less than the minimum of 3", "value_error")]


@pytest.mark.ours
@pytest.mark.parametrize("field", ["o", "oi", "path", "secret"])
def test_d21_null_is_accepted_where_nullable(server, field):
    answer = server.predict({**GOOD, field: None})
    assert answer.status == 200
    assert answer.json["output"][field] == ["NoneType", "None"]


def test_put_is_validated_too(server):
    assert details(server.put("/predictions/v", {"input": {"s": "x"}})) == [
        ("n", "Field required", "value_error.missing")
    ]


def with_input(schema):
    return json.dumps({"components": {"schemas": {"Input": schema}}})


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("b", "abc", "xyz"),
        ("^a(?=b)", "ab", "ac"),
        ("(?<!x)y", "zy", "xy"),
        (r"^\d+$", "12", "\u0661"),
        ("^.$", "😀", "ab"),
        (r"^\u00e9$", "é", "e"),
    ],
)  # fmt: skip
def test_patterns(fresh, pattern, good, bad):
    schema = {"type": "object", "properties": {"code": {"type": "string", "pattern": pattern}}}
    server = fresh(source=ANYTHING, schema=with_input(schema))
    assert server.predict({"code": good}).status == 200
    assert details(server.predict({"code": bad})) == [("code", f'"{bad}" does not match "{pattern}"', "value_error")]


ANYTHING = """
from cog import BaseRunner
class Runner(BaseRunner):
    def run(self, **given):
        return given
"""


def test_limits_are_printed_as_the_schema_writes_them(fresh):
    text = '{"components":{"schemas":{"Input":{"type":"object","properties":{"a":{"type":"number","minimum":0.0,"maximum":1e3}}}}}}'
    server = fresh(source=ANYTHING, schema=text)
    assert details(server.predict({"a": -1})) == [("a", "-1 is less than the minimum of 0.0", "value_error")]


@pytest.mark.ours
@pytest.mark.parametrize("spec", [{"type": "string", "pattern": "("}, {"type": "nonsense"}], ids=["pattern", "type"])
def test_d09_unusable_schema_fails_the_setup(fresh, spec):
    server = fresh(
        source=ANYTHING, schema=with_input({"type": "object", "properties": {"code": spec}}), until="SETUP_FAILED"
    )
    assert "code" in server.health()["setup"]["logs"]


def test_stripped_fields_are_logged(server):
    server.predict({**GOOD, "not_known_here": 1})
    wait_for(lambda: "not_known_here" in server.log_text(), "the warning in the log", 5)


EXACT = """
from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, \u00e9: int = 5, choice: str = Input(default="o", choices=["\u00e9", "o"])) -> list[str]:
        return [str(\u00e9), choice]
"""


@pytest.mark.ours(strict=False)
def test_texts_are_compared_by_code_points(fresh):
    """What looks the same has another name: an input, a choice, and a prediction."""
    one, other = "\u00e9", "e\u0301"
    server = fresh(source=EXACT)
    assert server.predict({one: 7, "choice": one}, id=one).json["output"] == ["7", one]
    assert server.predict({other: 7}).json["output"] == ["5", "o"]
    assert details(server.predict({"choice": other})) == [
        ("choice", f'"{other}" is not one of ["{one}","o"]', "value_error")
    ]
    assert server.get("/predictions/%C3%A9").status == 200
    assert server.get("/predictions/e%CC%81").status == 404
