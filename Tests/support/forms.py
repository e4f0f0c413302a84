"""Bodies that are forms (multipart/form-data), byte by byte."""

BOUNDARY = "limit"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(
    name: str, contents: bytes | str, file: str | None = None, type: str | None = None, disposition: str = ""
) -> bytes:
    """A part of a form; with a file name or without."""
    contents = contents if isinstance(contents, bytes) else contents.encode()
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{disposition}'
    head += f'; filename="{file}"' if file is not None else ""
    head += f"\r\nContent-Type: {type}" if type else ""
    return head.encode() + b"\r\n\r\n" + contents + b"\r\n"


def form(*parts: bytes) -> bytes:
    """A form of these parts."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
