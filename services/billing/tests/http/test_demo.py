"""The main job's figures through billing's own API, from events to the explained invoice."""

import hashlib

from billing_story import Story, data_of
from psa_common.db import Pool
from psa_events.testing import published


async def test_the_run_up_to_july_proposes_660_75_net(story: Story) -> None:
    await story.june()

    run = (await story.run())["attributes"]

    (draft,) = run["drafts"]
    servers, time = draft["lines"]
    assert (servers["title"], servers["quantity"], servers["unit_price"], servers["net_cents"]) == (
        "Managed Server, Juli 2026",
        "3",
        "145.00",
        43_500,
    )
    assert (time["quantity"], time["unit_price"], time["net_cents"]) == ("1.75", "129.00", 22_575)
    assert (draft["net_cents"], draft["vat_cents"], draft["gross_cents"]) == (
        66_075,
        12_554,
        78_629,
    )
    assert (run["status"], run["stopped"], run["exceptions"]) == ("proposed", False, [])


async def test_the_issued_invoice_has_number_dates_parties_and_figures(story: Story) -> None:
    await story.june()

    invoice = (await story.issued(issue_date="2026-07-01"))["attributes"]

    assert invoice["number"] == "RE-2026-000001"
    assert (invoice["issued_on"], invoice["due_on"]) == ("2026-07-01", "2026-07-15")
    assert (invoice["net_cents"], invoice["vat_cents"], invoice["gross_cents"]) == (
        66_075,
        12_554,
        78_629,
    )
    assert invoice["seller"]["legal_name"] == "RheinSysteme IT GmbH"
    assert invoice["buyer"]["buyer_reference"] == "KD-10042"
    assert [line["net_cents"] for line in invoice["lines"]] == [43_500, 22_575]


async def test_the_event_says_what_the_invoice_says(story: Story, worker_pool: Pool) -> None:
    await story.june()

    invoice = await story.issued(issue_date="2026-07-01")

    activated, issued = await published(worker_pool, story.tenant.id)
    assert activated.type == "contract.activated.v1"
    assert (activated.data["number"], activated.data["valid_to"]) == ("V-2026-007", None)
    assert (issued.type, issued.subject) == ("invoice.issued.v1", invoice["id"])
    assert (issued.data["number"], issued.data["gross_cents"]) == ("RE-2026-000001", 78_629)
    assert [len(line["time_entry_ids"]) for line in issued.data["lines"]] == [0, 3]


async def test_a_second_run_proposes_nothing(story: Story) -> None:
    await story.june()
    await story.issued(issue_date="2026-07-01")

    again = (await story.run())["attributes"]

    assert (again["drafts"], again["exceptions"]) == ([], [])


async def test_pdf_and_xml_come_as_they_were_stored(story: Story) -> None:
    await story.june()
    invoice = await story.issued(issue_date="2026-07-01")

    pdf = await story.api.get(f"/invoices/{invoice['id']}/pdf")
    xml = await story.api.get(f"/invoices/{invoice['id']}/xml")

    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"] == 'attachment; filename="RE-2026-000001.pdf"'
    assert pdf.headers["etag"] == f'"{hashlib.sha256(pdf.content).hexdigest()}"'
    assert pdf.content.startswith(b"%PDF-")
    assert xml.headers["content-type"].startswith("application/xml")
    assert b"<cbc:ID>RE-2026-000001</cbc:ID>" in xml.content
    assert b'<cbc:PayableAmount currencyID="EUR">786.29</cbc:PayableAmount>' in xml.content


async def test_who_has_the_file_is_not_sent_it_again(story: Story) -> None:
    await story.june()
    invoice = await story.issued(issue_date="2026-07-01")
    path = f"/invoices/{invoice['id']}/pdf"
    etag = (await story.api.get(path)).headers["etag"]

    again = await story.api.get(path, headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")


async def test_each_line_is_explained_and_recomputes_to_the_same_cents(story: Story) -> None:
    await story.june()
    invoice = await story.issued(issue_date="2026-07-01")

    for position, net_cents in ((1, 43_500), (2, 22_575)):
        path = f"/invoices/{invoice['id']}/lines/{position}/explanation"
        explained = data_of(await story.api.get(path))["attributes"]
        assert (explained["net_cents"], explained["recomputed_net_cents"]) == (net_cents,) * 2

    sources = explained["explanation"]["sources"]
    assert sorted(each["value"] for each in sources if each["kind"] == "time_entry") == [
        "20",
        "5",
        "75",
    ]


async def test_internal_work_is_passed_over_and_never_billed(story: Story) -> None:
    await story.june()
    internal = await story.time(30, "2026-06-10", billable="non_billable")

    run = (await story.run())["attributes"]

    assert run["net_cents"] == 66_075
    assert run["passed_over"] == [{"time_entry_id": str(internal), "reason": "non_billable"}]


async def test_a_customer_who_wants_pdf_only_gets_no_xml(story: Story) -> None:
    await story.june()
    plain = story.account(invoice_format="pdf", buyer_reference=None)
    await story.hear("billing_account.updated.v1", plain, sequence=2)

    invoice = await story.issued(issue_date="2026-07-01")

    assert invoice["attributes"]["format"] == "pdf"
    assert (await story.api.get(f"/invoices/{invoice['id']}/pdf")).status_code == 200
    assert (await story.api.get(f"/invoices/{invoice['id']}/xml")).status_code == 404
