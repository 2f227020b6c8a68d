"""How Elasticsearch reads German, and what it keeps of a text."""

from collections.abc import Mapping
from typing import Any

#: Of each text: its stems, what its words begin with, and what its compounds end with.
TEXT: Mapping[str, Any] = {
    "type": "text",
    "analyzer": "german_stems",
    "fields": {
        "begins": {
            "type": "text",
            "analyzer": "german_beginnings",
            "search_analyzer": "german_folded",
        },
        "ends": {"type": "text", "analyzer": "german_endings", "search_analyzer": "german_stems"},
    },
}
KEYWORD: Mapping[str, Any] = {"type": "keyword"}

FOLDED = ["lowercase", "german_normalization", "asciifolding"]
STEMMED = ["lowercase", "german_stop", "german_normalization", "asciifolding", "german_light"]

SETTINGS: Mapping[str, Any] = {
    "number_of_shards": 1,
    # Zero on a single node, one as soon as there is a second.
    "auto_expand_replicas": "0-1",
    "analysis": {
        "tokenizer": {"letters_and_digits": {"type": "pattern", "pattern": r"[^\p{L}\p{M}\p{N}]+"}},
        "filter": {
            "german_stop": {"type": "stop", "stopwords": "_german_"},
            "german_light": {"type": "stemmer", "language": "light_german"},
            "beginnings": {"type": "edge_ngram", "min_gram": 3, "max_gram": 20},
            "endings": {"type": "edge_ngram", "min_gram": 4, "max_gram": 20},
        },
        "char_filter": {"composed": {"type": "mapping", "mappings": ["\u0308 => e"]}},
        "analyzer": {
            name: {
                "type": "custom",
                "char_filter": ["composed"],
                "tokenizer": "letters_and_digits",
                "filter": filters,
            }
            for name, filters in {
                "german_folded": FOLDED,
                "german_stems": STEMMED,
                "german_beginnings": [*FOLDED, "beginnings"],
                "german_endings": [*STEMMED, "reverse", "endings", "reverse"],
            }.items()
        },
    },
}

MAPPINGS: Mapping[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "tenant_id": KEYWORD,
        "id": KEYWORD,
        "part": KEYWORD,
        "internal": {"type": "boolean"},
        "customer_id": KEYWORD,
        "assignee_id": KEYWORD,
        "opened_by": KEYWORD,
        "keys": KEYWORD,
        "title": TEXT,
        "names": TEXT,
        "body": TEXT,
    },
}
