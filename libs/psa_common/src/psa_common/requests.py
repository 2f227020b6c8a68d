"""How a JSON body is read: strictly, bounded, and with a message that says what to change."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, cast

import msgspec
from litestar import Request

from psa_common.errors import Detail, DomainError, Invalid
from psa_common.inputs import EARLIEST_YEAR, LATEST_YEAR

BODY_BYTES_MAX = 1024 * 1024
DEPTH_MAX = 32

#: JSON escapes of characters that no text field may hold, surrogates among them.
SUSPICIOUS = re.compile(rb"\\u(?:00[01][0-9a-fA-F]|007[fF]|00[89][0-9a-fA-F]|[dD][89a-fA-F])")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
FIELD_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


class UnsupportedMediaType(DomainError):
    """The body is not JSON by its own word."""

    code = "unsupported_media_type"


class BodyTooLarge(DomainError):
    """The body is larger than any request of its kind needs to be."""

    code = "body_too_large"


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON body is decoded once, by the type the handler asks for."""

    async def json(self) -> Any:
        """Return the body as the type of the handler's `data` parameter; raises Invalid."""
        check_content_type(self.headers.get("content-type", ""))
        field = self.scope["route_handler"].parsed_data_field
        return read_json(await self.body(), field.annotation if field else Any)


def check_content_type(value: str) -> None:
    """Refuse anything but application/json in UTF-8 (a form post needs no CORS preflight)."""
    kind, _, parameters = value.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if kind.strip().lower() != "application/json" or charset not in {"", "utf-8"}:
        raise UnsupportedMediaType("Send the body as application/json in UTF-8.")


def read_json(body: bytes, type_: Any) -> Any:
    """
    Decode *body* as *type_*, strictly.

    Raises BodyTooLarge, and Invalid for anything that is malformed, too deep, of a wrong
    type, or that holds an unknown field, a control character or a year nobody lives in.
    """
    if len(body) > BODY_BYTES_MAX:
        raise BodyTooLarge("The body is larger than 1 MiB.")
    check_depth(body)
    try:
        if not body.isascii():
            body = unicodedata.normalize("NFC", body.decode("utf-8")).encode("utf-8")
        value = _decoder(type_).decode(body)
        if SUSPICIOUS.search(body) or b"\x7f" in body or b"\xc2" in body:
            _check_text(msgspec.json.decode(body), "")
    except UnicodeError:
        raise Invalid("The body is not valid UTF-8.") from None
    except msgspec.ValidationError as error:
        raise _named(error) from None
    except (msgspec.DecodeError, RecursionError, OverflowError) as error:
        raise Invalid(f"The body is not valid JSON: {error}.") from None
    _check_years(value)
    return value


def check_depth(body: bytes) -> None:
    """Refuse nesting deeper than 32 before a decoder meets it; brackets in strings count too."""
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return
    depth = 0
    in_string = escaped = False
    for byte in body:
        if in_string:
            in_string = escaped or byte != 0x22
            escaped = not escaped and byte == 0x5C
        elif byte == 0x22:
            in_string = True
        elif byte in (0x5B, 0x7B):
            depth += 1
            if depth > DEPTH_MAX:
                raise Invalid(f"The body is nested deeper than {DEPTH_MAX} levels.")
        elif byte in (0x5D, 0x7D):
            depth -= 1


@lru_cache(maxsize=512)
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_, strict=True)


def _named(error: msgspec.ValidationError) -> Invalid:
    """Turn msgspec's "Expected … - at `$.field`" into a detail that names the field."""
    text = str(error)
    match = FIELD_PATH.search(text)
    message = text[: match.start()] if match else text
    return Invalid(
        "The request is not valid.",
        details=(Detail(match["path"] if match else "", f"{message}."),),
    )


def _check_text(value: Any, path: str) -> None:
    if isinstance(value, str):
        if FORBIDDEN.search(value):
            raise Invalid("Remove the control characters from the text.", field=path)
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            _check_text(key, path)
            _check_text(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            _check_text(item, f"{path}[{index}]")


def _check_years(value: Any, path: str = "") -> None:
    if isinstance(value, date):  # a datetime is one, too
        if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
            raise Invalid(f"The year must be {EARLIEST_YEAR} to {LATEST_YEAR}.", field=path)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _check_years(getattr(value, name), f"{path}.{name}".lstrip("."))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(cast("Sequence[Any]", value)):
            _check_years(item, f"{path}[{index}]")
