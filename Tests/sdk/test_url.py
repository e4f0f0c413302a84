"""URLs of files that the model's process fetches: normalized, without secrets, and away from internal networks."""

import pytest

from cog._download.opener import _is_public
from cog._download.url import printable, target


@pytest.mark.parametrize(
    ("written", "requested"),
    [
        (" http://h/a b \n", "http://h/a%20b"),
        ("HTTP://H/ä?ö#x", "http://h/%C3%A4?%C3%B6"),
        ("http://h/100%/%41", "http://h/100%25/%2541"),
        ("http://h/%7e%2f?a=%41", "http://h/~%2F?a=A"),
        ("http://h/a/../b/./c/..", "http://h/b/"),
        ("http://bücher.example", "http://xn--bcher-kva.example/"),
        ("http://Faß.example", "http://xn--fa-hia.example/"),
        ("http://💩。ｅｘample", "http://xn--ls8h.example/"),
        ("http://u:p%40@[::1]:8/x", "http://[::1]:8/x"),
    ],
)
def test_normalized(written: str, requested: str) -> None:
    assert target(written).url == requested


@pytest.mark.parametrize(
    "text", ["http://", "http://u:secret/x@h", "http://h:99999", "http://[secret", "http://a b/", f"http://{'ü' * 70}/"]
)
def test_unusable(text: str) -> None:
    with pytest.raises(ValueError, match="^invalid URL: ") as caught:
        target(text)
    assert "secret" not in str(caught.value)
    assert printable(text) == "(unusable URL)"


def test_secrets() -> None:
    assert target("http://u%3A:p@h/") == ("http://h/", "u:", "p")
    assert printable("http://u:p@h:1/x?y#z") == "http://h:1/x"


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("8.8.8.8", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("fe80::1%x", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("fd00::1", False),
        ("::8.8.8.8", False),
        ("2606:4700::1", True),
    ],
)
def test_public_addresses(address: str, wanted: bool) -> None:
    assert _is_public(address) == wanted
