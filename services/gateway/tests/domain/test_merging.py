"""One document of all services, whatever they call their parts."""

from copy import deepcopy

from psa_gateway.domain.merging import Document, merge

OWNERS = {"tickets": "tickets", "customers": "crm", "auth": "auth"}


def a_document(
    path: str, schema: Document, *, name: str = "Item", operation_id: str = "list_items"
) -> Document:
    reference = {"$ref": f"#/components/schemas/{name}"}
    answer = {"200": {"content": {"application/json": {"schema": reference}}}}
    return {
        "paths": {path: {"get": {"operationId": operation_id, "responses": answer}}},
        "components": {"schemas": {name: schema}},
    }


def merged(**documents: Document) -> Document:
    return merge(
        documents,
        version="1.2.3",
        unavailable={"reports", "billing"},
        owner=lambda path: OWNERS.get(path.split("/")[3]) if path.startswith("/api/v1/") else None,
        is_open=lambda method, path: (method, path) == ("GET", "/api/v1/auth/login"),
    )


def schema_of(document: Document, path: str) -> str:
    answer = document["paths"][path]["get"]["responses"]["200"]
    return answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]


def test_parts_that_are_equal_are_shared() -> None:
    document = merged(
        tickets=a_document("/api/v1/tickets", {"type": "string"}),
        crm=a_document("/api/v1/customers", {"type": "string"}),
    )

    assert set(document["components"]["schemas"]) == {"Item"}
    assert schema_of(document, "/api/v1/tickets") == "Item"


def test_parts_of_one_name_and_two_meanings_are_named_after_their_service() -> None:
    document = merged(
        tickets=a_document("/api/v1/tickets", {"type": "string"}),
        crm=a_document("/api/v1/customers", {"type": "integer"}),
    )

    assert document["components"]["schemas"] == {
        "tickets_Item": {"type": "string"},
        "crm_Item": {"type": "integer"},
    }
    assert schema_of(document, "/api/v1/tickets") == "tickets_Item"
    assert schema_of(document, "/api/v1/customers") == "crm_Item"


def test_a_part_that_is_equal_but_refers_to_a_clash_is_renamed_too() -> None:
    page = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
    documents = {
        "tickets": a_document("/api/v1/tickets", page, name="Page"),
        "crm": a_document("/api/v1/customers", page, name="Page"),
    }
    documents["tickets"]["components"]["schemas"]["Item"] = {"type": "string"}
    documents["crm"]["components"]["schemas"]["Item"] = {"type": "integer"}

    document = merged(**documents)

    item = document["components"]["schemas"]["crm_Page"]["items"]["$ref"]
    assert item == "#/components/schemas/crm_Item"
    assert "Page" not in document["components"]["schemas"]


def test_operations_of_one_name_get_their_service_in_front() -> None:
    document = merged(
        tickets=a_document("/api/v1/tickets", {}), crm=a_document("/api/v1/customers", {})
    )

    ids = {item["get"]["operationId"] for item in document["paths"].values()}
    assert ids == {"tickets_list_items", "crm_list_items"}


def test_a_path_is_taken_from_the_service_that_requests_go_to() -> None:
    document = merged(
        tickets=a_document("/api/v1/customers", {"type": "string"}),
        crm=a_document("/health/live", {"type": "string"}),
    )

    assert document["paths"] == {}


def test_what_needs_a_token_says_so() -> None:
    document = merged(
        tickets=a_document("/api/v1/tickets", {}), auth=a_document("/api/v1/auth/login", {})
    )

    assert document["paths"]["/api/v1/tickets"]["get"]["security"] == [{"bearer": []}]
    assert document["paths"]["/api/v1/auth/login"]["get"]["security"] == []


def test_missing_services_are_named() -> None:
    assert merged()["x-unavailable-services"] == ["billing", "reports"]


def test_the_services_documents_stay_as_they_were() -> None:
    documents = {
        "tickets": a_document("/api/v1/tickets", {"type": "string"}),
        "crm": a_document("/api/v1/customers", {"type": "integer"}),
    }
    before = deepcopy(documents)

    merged(**documents)

    assert documents == before
