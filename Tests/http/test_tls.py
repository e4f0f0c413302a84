"""Which servers are trusted: downloads over https, with and without certificates in the system."""

import os
import ssl
import subprocess
from pathlib import Path

import pytest
from support.receiver import Answer, Receiver

# A separate mount namespace in which the system has no certificates, as in a slim image.
FOLDERS = "/etc/ssl /etc/pki"
BARE = (
    "unshare",
    "--mount",
    "sh",
    "-c",
    f'for d in {FOLDERS}; do [ ! -d $d ] || mount -t tmpfs none $d || exit 1; done; exec "$@"',
    "sh",
)
pytestmark = [
    pytest.mark.ours,
    pytest.mark.skipif(
        subprocess.run([*BARE, "true"], capture_output=True, check=False).returncode != 0,
        reason="this user may not make mount namespaces",
    ),
]
READS = (
    "from cog import BaseRunner, Path\nclass Runner(BaseRunner):\n  def run(self, p: Path) -> str: return p.read_text()"
)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """The certificates of an authority and of a server that it vouches for: `ca.pem`, `server.pem`, `server.key`."""
    folder = tmp_path_factory.mktemp("authority")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    openssl("req", "-x509", *key, "-subj", "/CN=test", "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    openssl("req", *key, "-subj", "/CN=x", "-keyout", folder / "server.key", "-out", folder / "server.csr")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1")
    signing = ["-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial", "-extfile", folder / "names"]
    openssl("x509", "-req", "-days", "2", "-in", folder / "server.csr", *signing, "-out", folder / "server.pem")
    return folder


@pytest.fixture
def url(authority):
    """A file on a server that speaks https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    receiver = Receiver(tls=context)
    receiver.on("/file", Answer(body=b"over TLS"))
    yield f"https://localhost:{receiver.port}/file"
    receiver.close()


def with_certifi(folder: Path, certificates: Path):
    """The environment of a Python that has a `certifi` with these certificates."""
    package = folder / "site" / "certifi"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "cacert.pem").write_bytes(certificates.read_bytes())
    return {"PYTHONPATH": f"{folder / 'site'}:{os.environ.get('PYTHONPATH', '')}"}


def test_certificates_of_certifi_are_used_where_the_system_has_none(fresh, authority, url, tmp_path):
    server = fresh(source=READS, env=with_certifi(tmp_path, authority / "ca.pem"), under=BARE)
    assert server.predict({"p": url}).json["output"] == "over TLS"


def test_certificates_named_by_the_environment_come_first(fresh, authority, url, tmp_path):
    env = with_certifi(tmp_path, authority / "ca.pem")
    missing = str(tmp_path / "missing.pem")
    server = fresh(source=READS, env={**env, "SSL_CERT_FILE": missing}, under=BARE)
    error = server.predict({"p": url}).json["error"]
    assert f"trusted certificates: SSL_CERT_FILE={missing}" in error
    empty = tmp_path / "empty"
    empty.mkdir()
    server = fresh(source=READS, env={**env, "SSL_CERT_DIR": str(empty)}, under=BARE)
    assert f"trusted certificates: SSL_CERT_DIR={empty}" in server.predict({"p": url}).json["error"]
    openssl("rehash", authority)
    server = fresh(source=READS, env={**env, "SSL_CERT_DIR": str(authority)}, under=BARE)
    assert server.predict({"p": url}).json["output"] == "over TLS"


def test_certificates_of_the_system_come_before_those_of_certifi(fresh, authority, url, tmp_path):
    """The system's certificates don't know the test's authority, and certifi's are not asked."""
    server = fresh(source=READS, env=with_certifi(tmp_path, authority / "ca.pem"))
    error = server.predict({"p": url}).json["error"]
    assert "TLS failed" in error
    assert str(tmp_path) not in error


def test_without_any_certificates_the_error_says_what_to_do(fresh, url, tmp_path):
    (tmp_path / "empty.pem").touch()
    server = fresh(source=READS, env=with_certifi(tmp_path, tmp_path / "empty.pem"), under=BARE)
    error = server.predict({"p": url}).json["error"]
    assert "no certificates found: install the package ca-certificates or certifi, or set SSL_CERT_FILE" in error
