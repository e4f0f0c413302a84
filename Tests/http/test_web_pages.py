"""What web pages of other origins may do, by themselves and where COG_CORS_ORIGINS allows them."""

import json

import pytest

pytestmark = pytest.mark.ours

EVIL = "http://evil.example"
JSON = {"Content-Type": "application/json"}
INPUT = json.dumps({"input": {"code": "open('ran', 'w').close()\nyield 1"}})


@pytest.fixture
def closed(shared):
    return shared("script_stream")


@pytest.fixture
def listed(shared):
    return shared("script_stream", env={"COG_CORS_ORIGINS": "https://app.example, http://localhost:3000"})


@pytest.fixture
def open_to_all(shared):
    return shared("script_stream", env={"COG_CORS_ORIGINS": "*"})


def cors(answer):
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": "http://{host}.evil.example"},
        {"Origin": "https://app.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://{host}"},
        {"Origin": EVIL, "X-Forwarded-Host": "models.example"},
    ],
    ids=str,
)
def test_pages_of_others_can_run_nothing(closed, foreign):
    host = f"127.0.0.1:{closed.port}"
    headers = {name: value.replace("{host}", host) for name, value in foreign.items()}
    # What browsers send without asking: no type at all, and three types.
    for type in (
        None,
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "image/png",
    ):
        typed = headers | ({"Content-Type": type} if type else {})
        for method, path in (("POST", "/predictions"), ("PUT", "/predictions/x"), ("POST", "/predictions/x/cancel")):
            answer = closed.request(method, path, INPUT, typed)
            assert (answer.status, cors(answer)) == (403, {})
            assert "COG_CORS_ORIGINS" in answer.json["error"]
    assert not (closed.cwd / "ran").exists()
    # They can't read the answer to this.
    answer = closed.request("GET", "/health-check", headers=headers)
    assert (answer.status, cors(answer)) == (200, {})


@pytest.mark.parametrize(
    "own",
    [
        {},
        {"Origin": "http://{host}"},
        {"Origin": "https://models.example", "X-Forwarded-Host": "models.example"},
        {
            "Origin": "https://models.example:8443",
            "X-Forwarded-Host": "models.example, inner",
            "X-Forwarded-Port": "8443",
        },
        {"Origin": "https://models.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        # A browser that sends this has asked; or something before the server answers such questions.
        {"Origin": EVIL, **JSON},
    ],
    ids=str,
)
def test_programs_and_own_pages_are_served(closed, own):
    headers = {name: value.replace("{host}", f"127.0.0.1:{closed.port}") for name, value in own.items()}
    answer = closed.request("POST", "/predictions", json.dumps({"input": {"code": "yield 1"}}), headers)
    assert (answer.status, cors(answer)) == (200, {})
    assert "vary" not in answer.headers


def test_a_listed_page_may_do_everything(listed):
    page = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}
    shown = {"access-control-allow-origin": "https://app.example", "access-control-expose-headers": "*"}
    for answer, status in (
        (listed.request("POST", "/predictions", '{"input": {"code": "yield 1"}}', page), 200),
        (listed.request("POST", "/predictions", "{", page | JSON), 400),
        (listed.request("POST", "/predictions", "x", page | JSON | {"Content-Length": str(1 << 40)}), 413),
        (listed.request("GET", "/nowhere", headers=page), 404),
        (listed.request("DELETE", "/predictions", headers=page), 405),
    ):
        assert (answer.status, cors(answer), answer.headers["vary"]) == (status, shown, "origin")
    with listed.client().stream("POST", "/predictions", {"input": {"code": "yield 1"}}, page) as stream:
        assert stream.headers["access-control-allow-origin"] == "https://app.example"
        assert stream.events()[-1].name == "completed"
    # Caches must not give others what was meant for the page, and the next request of a connection is another one.
    with listed.client() as client:
        assert cors(client.request("GET", "/health-check", headers=page)) == shown
        answer = client.request("GET", "/health-check")
        assert (cors(answer), answer.headers["vary"]) == ({}, "origin")
        answer = client.request("POST", "/predictions", INPUT, {"Origin": EVIL})
        assert (answer.status, cors(answer), answer.headers["vary"]) == (403, {}, "origin")
    assert listed.request("POST", "/shutdown", "", page).status == 403


ASK = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type,x-api-key"}


def test_browsers_ask_beforehand(listed, closed):
    def ask(server, **more):
        return server.request("OPTIONS", "/predictions/x", headers=ASK | more)

    answer = ask(listed, Origin="http://localhost:3000", **{"Access-Control-Request-Private-Network": "true"})
    assert (answer.status, answer.body) == (204, b"")
    assert cors(answer) == {
        "access-control-allow-origin": "http://localhost:3000",
        "access-control-expose-headers": "*",
        "access-control-allow-methods": "GET,HEAD,PUT",
        "access-control-allow-headers": "content-type,x-api-key",
        "access-control-allow-private-network": "true",
        "access-control-max-age": "7200",
    }
    answer = ask(listed, Origin=EVIL)
    assert (answer.status, cors(answer)) == (403, {})
    # No page asks, or none is allowed: the route doesn't accept the method, as usual.
    for answer in (listed.request("OPTIONS", "/predictions/x"), ask(closed, Origin=EVIL)):
        assert (answer.status, answer.headers["allow"], cors(answer)) == (405, "GET,HEAD,PUT", {})


def test_all_pages(open_to_all):
    for origin in (EVIL, "null"):
        answer = open_to_all.request("POST", "/predictions", '{"input": {"code": "yield 1"}}', {"Origin": origin})
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
        assert "vary" not in answer.headers
    assert open_to_all.request("POST", "/shutdown", "", {"Origin": EVIL}).status == 403


def test_an_unusable_origin_is_named_in_the_log(fresh):
    server = fresh("noop", env={"COG_CORS_ORIGINS": "app.example https://ok.example"})
    server.wait_log("Ignoring app.example in COG_CORS_ORIGINS")
