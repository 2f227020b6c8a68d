"""Articles that tests need."""

from typing import Any

from psa_common.testing import Api


async def an_article(desk: Api, **fields: Any) -> dict[str, Any]:
    """Draft an article and return its resource."""
    body = {"title": "Netzwerkdrucker verbinden", "html": "<p>Erst das Kabel.</p>", **fields}
    response = await desk.post("/kb/articles", body)
    assert response.status_code == 201, response.text
    resource: dict[str, Any] = response.json()["data"]
    return resource


async def moved(desk: Api, article: dict[str, Any], *statuses: str) -> dict[str, Any]:
    """Hand an article through *statuses*."""
    resource = article
    for status in statuses:
        response = await desk.put(f"/kb/articles/{article['id']}/status", {"status": status})
        assert response.status_code == 200, response.text
        resource = response.json()["data"]
    return resource


async def a_published_article(desk: Api, **fields: Any) -> dict[str, Any]:
    """Write and publish an article."""
    return await moved(desk, await an_article(desk, **fields), "review", "published")
