"""Files as answers: the stored bytes, with a name and a strong ETag."""

from typing import Any

from litestar import Request, Response

from psa_billing.queries.documents import StoredDocument


def sent(request: Request[Any, Any, Any], document: StoredDocument) -> Response[bytes]:
    """Return the file, or 304 where the caller has it already; the ETag is its SHA-256."""
    etag = f'"{document.sha256.hex()}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers)

    headers["content-disposition"] = f'attachment; filename="{document.file_name}"'
    headers["x-content-type-options"] = "nosniff"
    return Response(document.content, media_type=document.media_type, headers=headers)
