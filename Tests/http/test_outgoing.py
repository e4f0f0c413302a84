"""Requests to other servers: their URLs, the environment's proxies and certificates, internal networks, secrets."""

import base64
import json
import shutil
import ssl
import subprocess

import pytest
from support.receiver import Answer, Receiver
from support.waiting import wait_for

pytestmark = pytest.mark.ours(strict=False)

MODEL = """
from cog import BaseRunner, File, Path

class Runner(BaseRunner):
    def run(self, path: Path = None, file: File = None, text: Path | str = "", gives: bool = False) -> Path | str:
        if gives:
            p = Path("out ü.txt"); p.write_text("given"); return p
        if file is not None:
            print(repr(file))
            return file.read().decode()
        return path.read_text() if path else text.read_text() if isinstance(text, Path) else text
"""
SECRETS = ("s3cr3t", "us3r", "t0k3n")


@pytest.fixture
def server(shared):
    return shared(source=MODEL)


def output(server, **inputs):
    answer = server.predict(inputs).json
    assert answer["status"] == "succeeded", answer
    return answer["output"]


def error(server, **inputs):
    answer = server.predict(inputs).json
    assert answer["status"] == "failed", answer
    return answer["error"]


# MARK: - URLs as people write them


@pytest.mark.parametrize(
    ("written", "requested"),
    [
        (" \n{}/a \t", "/a"),
        ("{}/a b", "/a%20b"),
        ("{}/ä?ö=ü", "/%C3%A4?%C3%B6=%C3%BC"),
        ("{}/100%", "/100%25"),
        ("{}/x/../%7euser?<a>#f", "/~user?%3Ca%3E"),
    ],
)
@pytest.mark.parametrize("where", ["path", "file", "text", "webhook"])
def test_urls_are_normalized(server, receiver, written, requested, where):
    url = written.format(receiver.url)
    receiver.on(requested.split("?")[0], Answer(body=b"there"))
    if where == "webhook":
        server.predict({"text": "x"}, webhook=url, webhook_events_filter=["completed"])
        wait_for(lambda: receiver.requests, "a webhook")
    else:
        assert output(server, **{where: url}) == "there"
    assert receiver.requests[0].path == requested


def test_hosts_outside_of_ascii_are_looked_up_in_punycode(fresh, receiver):
    """A proxy gets to see the name that is asked for."""
    server = fresh(source=MODEL, env={"HTTP_PROXY": receiver.url})
    receiver.on("http://xn--bcher-kva.example/x", Answer(body=b"books"))
    assert output(server, path="http://BÜCHER.example/x") == "books"
    assert receiver.requests[0].headers["host"] == "xn--bcher-kva.example"
    assert output(server, file="http://bücher.example/x") == "books"
    receiver.on("http://xn--fa-hia.example/x", Answer(body=b"barrel"))
    for where in ("path", "file"):
        assert output(server, **{where: "http://faß.example/x"}) == "barrel"


def test_upload_url_is_normalized(fresh, receiver):
    server = fresh(source=MODEL, flags=("--upload-url", f" {receiver.url}/ü p?a=b c "))
    assert output(server, gives=True) == receiver.url + "/%C3%BC%20p/out%20%C3%BC.txt"
    assert receiver.requests[0].path == "/%C3%BC%20p/out%20%C3%BC.txt?a=b%20c"


UNUSABLE = ["http://", "http://[bad/x", "http://h:99999/", "http:h", "http://a b/", "https://us3r:s3cr3t/x@h/"]


@pytest.mark.parametrize("url", [*UNUSABLE, "notaurl", "ftp://h/x", "/path", "file:///etc/passwd"])
def test_webhook_that_cannot_work_is_refused(server, url):
    answer = server.predict({"text": "x"}, webhook=url)
    assert answer.status == 422
    assert list(answer.json) == ["detail"]
    assert answer.json["detail"][0]["loc"] == ["body", "webhook"]
    assert not any(secret in answer.text for secret in SECRETS)


def refused(server, where, **inputs):
    answer = server.predict(inputs)
    assert answer.status == 422, answer.text
    assert list(answer.json) == ["detail"]
    assert answer.json["detail"][0]["loc"] == ["body", "input", where]
    assert not any(secret in answer.text for secret in SECRETS)
    return answer.json["detail"][0]["msg"]


@pytest.mark.parametrize("where", ["path", "file"])
@pytest.mark.parametrize("url", [*UNUSABLE, "notaurl", "", "ftp://h/x", "/path", "file:///etc/passwd"])
def test_input_that_cannot_work_is_refused(server, url, where):
    refused(server, where, **{where: url})


BAD_DATA = {
    "data:nonsense": "has no comma before its data",
    "data:text/plain;base64": "has no comma before its data",
    "data:;base64,QUJD@UJD": "a character that is not base64, at position 4",
    "data:image/png;base64,a": "its padding is wrong",
    "data:;base64,QUI%3D%3D": "its padding is wrong",
    "data:;base64,QUI%4": "a character that is not base64",
    "data:text/plain; base64,QUI=": "must have ;base64 right before its comma",
}


@pytest.mark.parametrize("where", ["path", "file", "text"])
@pytest.mark.parametrize("url", BAD_DATA)
def test_data_url_that_cannot_be_decoded_is_refused(server, where, url):
    assert BAD_DATA[url] in refused(server, where, **{where: url})


def test_long_data_url_that_cannot_be_decoded_is_refused(server):
    """It is looked at on another thread; PHP escapes slashes."""
    body = json.dumps({"input": {"path": "data:text/plain;base64," + "QUJD" * 500_000 + "@"}}).replace("/", "\\/")
    answer = server.request("POST", "/predictions", body, {"Content-Type": "application/json"})
    assert answer.status == 422
    assert "not base64, at position 2000000" in answer.json["detail"][0]["msg"]


@pytest.mark.parametrize("where", ["path", "file"])
@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("data:,100%", "100%"),
        ("data:text/plain;charset=x-none,%41", "A"),
        (" DATA:;base64,QU\nI%3D ", "AB"),
        ("data:;base64,QUI", "AB"),
        ("data:nonsense,", ""),
    ],
)
def test_data_url_with_an_odd_spelling_is_decoded(server, where, url, text):
    assert output(server, **{where: url}) == text


# MARK: - Environment


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_proxy(fresh, receiver, name):
    server = fresh(source=MODEL, env={name: receiver.url.replace("://", "://us3r:s3cr3t@")})
    receiver.on("http://far.example/x", Answer(body=b"by proxy"))
    assert output(server, path="http://far.example/x") == "by proxy"
    wanted = "Basic " + base64.b64encode(b"us3r:s3cr3t").decode()
    assert receiver.requests[0].headers["proxy-authorization"] == wanted
    server.predict({"text": "x"}, webhook="http://far.example/hook", webhook_events_filter=["completed"])
    assert receiver.wait("http://far.example/hook")[0].method == "POST"


def test_proxy_in_lower_case_counts_and_some_hosts_need_none(fresh, receiver):
    dead = "http://127.0.0.1:1"
    server = fresh(
        source=MODEL,
        env={"HTTP_PROXY": dead, "http_proxy": receiver.url, "NO_PROXY": "x.example", "no_proxy": "127.0.0.0/8"},
    )
    receiver.on("http://x.example/", Answer(body=b"by proxy"))
    receiver.on("/x", Answer(body=b"direct"))
    assert output(server, path="http://x.example/") == "by proxy"
    assert output(server, path=receiver.url + "/x") == "direct"
    # The redirect's target has its own proxy, or none.
    receiver.on("http://y.example/", Answer(302, {"Location": receiver.url + "/x"}))
    assert output(server, path="http://y.example/") == "direct"


def test_unusable_proxy_is_named_without_its_value(fresh):
    server = fresh(source=MODEL, env={"https_proxy": "http://us3r:s3cr3t@h:x"})
    text = error(server, path="https://far.example/")
    assert "the proxy in https_proxy cannot be used" in text
    assert not any(secret in text + server.log_text() for secret in SECRETS)


def test_model_sees_the_environment_as_it_is(fresh):
    source = "import os\nfrom cog import BaseRunner\nclass Runner(BaseRunner):\n  def run(self) -> dict:\n    return dict(os.environ)"
    server = fresh(source=source, env={"HTTP_PROXY": "http://p:1"})
    seen = {name: value for name, value in server.predict({}).json["output"].items() if "proxy" in name.lower()}
    assert seen == {"HTTP_PROXY": "http://p:1"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key", "-out", folder / "ca.pem"]
    subprocess.run([*command.split(), *map(str, names)], check=True, capture_output=True)
    (folder / "certificates").mkdir()
    shutil.copy(folder / "ca.pem", folder / "certificates")
    subprocess.run(["openssl", "rehash", str(folder / "certificates")], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize(
    ("name", "path"),
    [("REQUESTS_CA_BUNDLE", "ca.pem"), ("CURL_CA_BUNDLE", "ca.pem"), ("REQUESTS_CA_BUNDLE", "certificates")],
)
def test_certificates_of_requests(fresh, authority, name, path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "ca.pem", authority / "key")
    receiver = Receiver(tls=context)
    receiver.on("/x", Answer(body=b"over TLS"))
    url = f"https://localhost:{receiver.port}/x"
    server = fresh(source=MODEL, env={name: str(authority / path), "SSL_CERT_FILE": "/nowhere"})
    assert output(server, path=url) == "over TLS"
    assert output(server, file=url) == "over TLS"
    receiver.close()


# MARK: - Internal networks


@pytest.fixture
def guarded(shared):
    return shared(source=MODEL, env={"COG_ALLOW_PRIVATE_ADDRESSES": "0"})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0"])
@pytest.mark.parametrize("where", ["path", "file"])
def test_private_input_is_refused(guarded, receiver, host, where):
    text = error(guarded, **{where: f"http://{host}:{receiver.port}/x?t0k3n"})
    assert "COG_ALLOW_PRIVATE_ADDRESSES=0" in text
    assert "t0k3n" not in text
    assert not receiver.requests


def test_private_webhook_is_refused_and_logged(guarded, receiver):
    guarded.predict({"text": "x"}, webhook=f"http://localhost:{receiver.port}/hook?t0k3n")
    wait_for(lambda: "COG_ALLOW_PRIVATE_ADDRESSES=0" in guarded.log_text(), "a warning")
    assert not receiver.requests
    assert "t0k3n" not in guarded.log_text()


@pytest.mark.parametrize("where", ["path", "webhook"])
def test_redirect_to_a_private_address_is_refused(fresh, receiver, where):
    """The proxy plays a public server; what it redirects to is reached without it."""
    env = {"COG_ALLOW_PRIVATE_ADDRESSES": "0", "HTTP_PROXY": receiver.url, "NO_PROXY": "localhost"}
    server = fresh(source=MODEL, env=env)
    receiver.on("http://far.example/", Answer(307, {"Location": f"http://localhost:{receiver.port}/inner"}))
    if where == "path":
        assert "host 'localhost' is at a loopback" in error(server, path="http://far.example/")
    else:
        server.predict({"text": "x"}, webhook="http://far.example/")
        wait_for(lambda: "host 'localhost' is at a loopback" in server.log_text(), "a warning")
    assert not receiver.at("/inner")


@pytest.mark.parametrize("where", ["path", "file"])
def test_proxy_is_not_asked_for_a_private_address(fresh, receiver, where):
    server = fresh(source=MODEL, env={"COG_ALLOW_PRIVATE_ADDRESSES": "0", "HTTP_PROXY": receiver.url})
    receiver.on("http://far.example/", Answer(body=b"far"))
    receiver.on("http://away.example/", Answer(302, {"Location": "http://localhost/"}))
    assert output(server, **{where: "http://far.example/"}) == "far"
    for host in ("169.254.169.254", "[::1]", "10.0.0.1", "0x7f.1", "a.localhost", "127.0.0.1.", "192.88.99.1"):
        assert "COG_ALLOW_PRIVATE_ADDRESSES=0" in error(server, **{where: f"http://{host}/latest/meta-data"})
    assert "COG_ALLOW_PRIVATE_ADDRESSES=0" in error(server, **{where: "http://away.example/"})
    assert len(receiver.requests) == 2


def test_upload_url_may_be_private(fresh, receiver):
    """The operator has chosen it; its connection doesn't serve others."""
    env = {"COG_ALLOW_PRIVATE_ADDRESSES": "0"}
    server = fresh(source=MODEL, env=env, flags=("--upload-url", receiver.url))
    assert output(server, gives=True).startswith(receiver.url)
    assert "COG_ALLOW_PRIVATE_ADDRESSES=0" in error(server, path=receiver.url + "/x")
    assert len(receiver.requests) == 1


# MARK: - Secrets


def secret_url(receiver, path):
    return receiver.url.replace("://", "://us3r:s3cr3t@") + path + "?key=t0k3n"


def assert_no_secret(server, receiver, *texts):
    wait_for(lambda: server.log_text(), "a log")
    metrics = server.get("/metrics").text
    for text in (*texts, server.log_text(), metrics):
        assert not any(secret in text for secret in SECRETS), text


@pytest.mark.parametrize("kind", ["404", "500", "loop", "away", "short", "reset"])
@pytest.mark.parametrize("where", ["path", "file"])
def test_failed_download_shows_no_secret(server, receiver, where, kind):
    url = secret_url(receiver, "/x")
    answers = {
        "404": Answer(404),
        "500": Answer(500),
        "loop": Answer(302, {"Location": "/x?key=t0k3n"}),
        "away": Answer(302, {"Location": "ftp://us3r:s3cr3t@h/?key=t0k3n"}),
        "short": Answer(body=b"ab", claimed_length=100),
        "reset": Answer(reset=True),
    }
    receiver.on("/x", answers[kind])
    answer = server.predict({where: url})
    basic = "Basic " + base64.b64encode(b"us3r:s3cr3t").decode()
    assert receiver.requests[0].headers["authorization"] == basic
    assert receiver.requests[0].path == "/x?key=t0k3n"
    if (where, kind) != ("file", "short"):  # Python's reader accepts a partial body
        assert answer.json["status"] == "failed"
    assert_no_secret(server, receiver, answer.text)


def test_lazy_file_shows_no_secret(server, receiver):
    receiver.on("/x", Answer(body=b"there"))
    answer = server.predict({"file": secret_url(receiver, "/x")})
    assert "URLFile" in answer.json["logs"]
    assert_no_secret(server, receiver, answer.text)


@pytest.mark.parametrize("location", [None, "/rel?key=t0k3n", "https://us3r:s3cr3t@cdn.example/x?key=t0k3n"])
def test_upload_shows_no_secret(fresh, receiver, location):
    server = fresh(source=MODEL, flags=("--upload-url", secret_url(receiver, "/up")))
    receiver.on("/up/out%20%C3%BC.txt", Answer(200, {"Location": location} if location else {}))
    answer = server.predict({"gives": True})
    assert answer.json["status"] == "succeeded"
    assert receiver.requests[0].path.endswith("?key=t0k3n")
    receiver.on("/up/out%20%C3%BC.txt", Answer(403))
    assert_no_secret(server, receiver, answer.text, server.predict({"gives": True}).text)


@pytest.mark.parametrize("answer", [Answer(404), Answer(302, {"Location": "ftp://us3r:s3cr3t@h/?t0k3n"})])
def test_failed_webhook_shows_no_secret(server, receiver, answer):
    receiver.on("/h", answer)
    server.predict({"text": "x"}, webhook=secret_url(receiver, "/h"), webhook_events_filter=["completed"])
    wait_for(lambda: f"127.0.0.1:{receiver.port}" in server.log_text(), "a warning")
    assert_no_secret(server, receiver)


def test_token_and_credentials_stay_with_the_receiver(shared, receiver):
    other = Receiver()
    server = shared(source=MODEL, env={"WEBHOOK_AUTH_TOKEN": "t0k3n"})
    receiver.on("/same", Answer(307, {"Location": "/there"}))
    receiver.on("/other", Answer(307, {"Location": other.url + "/there"}))
    other.on("/there", Answer(307, {"Location": receiver.url + "/back"}))
    for path in ("/same", "/other"):
        server.predict({"text": "x"}, webhook=receiver.url + path, webhook_events_filter=["completed"])
    assert receiver.wait("/there")[0].headers["authorization"] == "Bearer t0k3n"
    receiver.wait("/back")
    assert receiver.at("/other")[0].headers["authorization"] == "Bearer t0k3n"
    assert "authorization" not in other.at("/there")[0].headers
    assert "authorization" not in receiver.at("/back")[0].headers
    other.close()
