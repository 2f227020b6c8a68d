"""What Elasticsearch is asked: words taken literally, and filters that no caller chooses."""

from typing import Any
from uuid import UUID

from psa_tickets.domain import found_words
from psa_tickets.domain.search import Joined, Kind, Question

WORDS_MAX = 12
STEMS = ["title^4", "names^2", "body"]
PARTS = [
    f"{field}.{part}^{boost}"
    for part in ("begins", "ends")
    for field, boost in {"title": "0.8", "names": "0.4", "body": "0.2"}.items()
]
EXACTLY = "exactly"


def body_of(question: Question, tenant_id: UUID, kind: Kind, *, forgiving: bool) -> dict[str, Any]:
    """Return the search for one kind; tenant and scope are filters beside the words."""
    words = [match[0] for match in found_words.WORD.finditer(question.text)][:WORDS_MAX]
    keys = list(found_words.keys_of(question.text))
    exactly = {"terms": {"keys": keys, "boost": 1000.0, "_name": EXACTLY}}
    wanted: list[dict[str, Any]] = [exactly]
    if words:
        wanted.append(_words(words, question.joined, forgiving=forgiving))
    return {
        "size": question.at_most,
        "_source": ["id", "part"],
        "track_total_hits": False,
        "timeout": "600ms",
        "collapse": {"field": "id"},
        "query": {
            "bool": {
                "should": wanted,
                "minimum_should_match": 1,
                "filter": _filters(question, tenant_id, kind),
            }
        },
    }


def _words(words: list[str], joined: Joined, *, forgiving: bool) -> dict[str, Any]:
    each = [_word(word, forgiving=forgiving) for word in words]
    if joined is Joined.ANY:
        return {"bool": {"should": each, "minimum_should_match": 1}}
    # A stop word matches everything, so that it excludes nothing; one other word must match.
    any_at_all = {"multi_match": {"query": " ".join(words), "fields": [*STEMS, *PARTS]}}
    if forgiving:
        any_at_all["multi_match"]["fuzziness"] = "AUTO"
    return {"bool": {"must": each, "filter": [any_at_all]}}


def _word(word: str, *, forgiving: bool) -> dict[str, Any]:
    literal = {
        "multi_match": {"query": word, "fields": [*STEMS, *PARTS], "zero_terms_query": "all"}
    }
    if not forgiving or not word.isalpha():
        return literal
    alike = {"multi_match": {"query": word, "fields": STEMS, "fuzziness": "AUTO"}}
    return {"bool": {"should": [literal, alike], "minimum_should_match": 1}}


def _filters(question: Question, tenant_id: UUID, kind: Kind) -> list[dict[str, Any]]:
    filters: list[dict[str, Any]] = [{"term": {"tenant_id": str(tenant_id)}}]
    if question.public_only:
        filters.append({"term": {"internal": False}})
    user, customer = str(question.user_id), str(question.customer_id)
    match question.scopes[kind]:
        case "all":
            pass
        case "team":
            filters.append(_unset_or("assignee_id", user))
        case "assigned":
            filters.append({"term": {"assignee_id": user}})
        case "own":
            filters.append({"term": {"opened_by": user}})
        case "own_customer":
            filters.append({"term": {"customer_id": customer}})
        case "portal":
            filters.append(_unset_or("customer_id", customer))
        case _:
            filters.append({"match_none": {}})
    return filters


def _unset_or(field: str, value: str) -> dict[str, Any]:
    unset = {"bool": {"must_not": {"exists": {"field": field}}}}
    return {"bool": {"should": [unset, {"term": {field: value}}], "minimum_should_match": 1}}
