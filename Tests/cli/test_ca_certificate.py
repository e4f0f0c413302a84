"""COG_CA_CERT: a certificate that steps of a build trust."""

import base64

import pytest

PEM = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n"
OTHER = PEM.replace("MIIB", "MIIC")


@pytest.fixture
def trusting(project):
    """A project whose image needs the network in every way, with the certificate beside it."""
    project.write("ca.pem", PEM)
    project.write("requirements.txt", "six\n")
    return project.build(
        'python_version: "3.12"', "python_requirements: requirements.txt", "system_packages: [ffmpeg]", "run: [curl x]"
    )


def staged(project, value: str) -> str:
    return project.context(env={"COG_CA_CERT": value}).read("files/cog-ca-cert.crt")


def test_it_is_trusted_before_anything_is_fetched(trusting):
    result = trusting.cog("debug", env={"COG_CA_CERT": "ca.pem"}).ok()
    lines = result.out.splitlines()
    variables = next(index for index, line in enumerate(lines) if "SSL_CERT_FILE" in line)
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    assert lines[variables] == f"ENV SSL_CERT_FILE={bundle} REQUESTS_CA_BUNDLE={bundle}"
    fetching = [index for index, line in enumerate(lines) if any(word in line for word in ("apt-get", "pip", "curl"))]
    assert fetching
    assert min(fetching) > variables
    copy = lines.index(
        "COPY --from=cog_build cog-ca-cert.crt /usr/local/share/ca-certificates/cog-ca-cert.crt",
    )
    assert copy < variables
    assert "Injecting CA certificate from COG_CA_CERT" in result.err


@pytest.mark.parametrize("variables", [{}, {"COG_CA_CERT": ""}])
def test_without_it_nothing_is_injected(trusting, variables):
    result = trusting.cog("debug", env=variables).ok()
    assert "SSL_CERT_FILE" not in result.out
    assert result.err == ""


def test_a_file(trusting):
    assert staged(trusting, "ca.pem") == PEM
    assert staged(trusting, str(trusting.directory / "ca.pem")) == PEM


def test_a_bundle_with_comments(trusting):
    trusting.write("bundle.crt", "# one\n" + PEM + "# two\n" + OTHER)
    assert staged(trusting, "bundle.crt").count("BEGIN CERTIFICATE") == 2


def test_a_directory(trusting):
    trusting.write("certs/b.pem", OTHER)
    trusting.write("certs/a.crt", PEM)
    trusting.write("certs/readme.txt", "no certificate")
    assert staged(trusting, "certs") == PEM + OTHER


def test_text(trusting):
    assert staged(trusting, PEM) == PEM


def test_base64(trusting):
    assert staged(trusting, base64.b64encode(PEM.encode()).decode()) == PEM
    assert staged(trusting, base64.encodebytes(PEM.encode() * 3).decode()) == PEM * 3


@pytest.mark.parametrize("value", ["garbage", "/nonexistent/ca.pem", base64.b64encode(b"hello").decode()])
def test_anything_else(trusting, value):
    trusting.cog("debug", env={"COG_CA_CERT": value}).fails(
        "COG_CA_CERT: invalid value - must be a file path, directory, PEM certificate, or base64-encoded PEM"
    )


def test_half_a_certificate(trusting):
    trusting.write("half.pem", PEM.split("\n-----END")[0] + "\n")
    for value in ("half.pem", PEM[:60]):
        trusting.cog("debug", env={"COG_CA_CERT": value}).fails("COG_CA_CERT: ", "no complete PEM certificate")


def test_a_file_without_a_certificate(trusting):
    trusting.write("empty.pem", "hello\n")
    trusting.cog("debug", env={"COG_CA_CERT": "empty.pem"}).fails("COG_CA_CERT: ", "no complete PEM certificate")


def test_a_directory_without_certificates(trusting):
    trusting.write("nothing/readme.txt", PEM)
    trusting.cog("debug", env={"COG_CA_CERT": "nothing"}).fails("COG_CA_CERT: no .crt or .pem file in nothing")


def test_binary_files(trusting):
    trusting.write("ca.der", b"\x30\x82\xff\xfe\x00")
    trusting.cog("debug", env={"COG_CA_CERT": "ca.der"}).fails("COG_CA_CERT: ca.der can't be read as text")


def test_it_is_checked_before_anything_is_built(trusting):
    trusting.cog("build", env={"COG_CA_CERT": "garbage"}).fails("COG_CA_CERT: invalid value")
