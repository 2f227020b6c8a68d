"""The life of a run, how far it looks ahead, and the chain over issued invoices."""

from dataclasses import replace
from datetime import date

import pytest

from billing_builders import a_contract, a_server_line, an_id, the_inputs
from psa_billing.domain.billing_run import (
    IllegalRunMove,
    InvoiceTooLarge,
    RunStatus,
    RunStopped,
    RunTooFarAhead,
    approvable,
    check_up_to,
    move,
)
from psa_billing.domain.canonical import canonical_bytes
from psa_billing.domain.chain import GENESIS, Link, chained
from psa_billing.domain.contract import ContractState, OverlappingLines, with_line
from psa_billing.domain.run import propose

LINK = Link(
    position=1,
    invoice_id=an_id("RE-2026-000001"),
    number="RE-2026-000001",
    issued_on=date(2026, 7, 1),
    gross_cents=78_629,
    pdf_sha256="00",
    xml_sha256=None,
)


@pytest.mark.parametrize("current", list(RunStatus))
@pytest.mark.parametrize("wanted", list(RunStatus))
def test_a_run_is_only_ever_approved_once(current: RunStatus, wanted: RunStatus) -> None:
    if (current, wanted) == (RunStatus.PROPOSED, RunStatus.APPROVED):
        assert move(current, wanted) is wanted
    else:
        with pytest.raises(IllegalRunMove):
            move(current, wanted)


def test_a_run_looks_a_year_ahead_at_most() -> None:
    today = date(2026, 7, 1)

    assert check_up_to(date(2027, 7, 2), today=today) == date(2027, 7, 2)
    with pytest.raises(RunTooFarAhead):
        check_up_to(date(2027, 7, 3), today=today)


def test_one_stopped_proposal_stops_them_all() -> None:
    good = propose(the_inputs())
    stopped = propose(the_inputs(a_contract(a_server_line())))

    assert approvable([good]) == good.drafts
    with pytest.raises(RunStopped) as refusal:
        approvable([good, stopped])
    assert {detail.field for detail in refusal.value.details} == {"time_entry"}


def test_an_invoice_of_more_lines_than_a_document_holds_is_refused() -> None:
    proposal = propose(the_inputs())
    (draft,) = proposal.drafts
    endless = replace(proposal, drafts=(replace(draft, lines=draft.lines * 501),))

    with pytest.raises(InvoiceTooLarge):
        approvable([endless])


def test_what_a_run_reads_has_one_spelling_with_its_billed_keys_in_order() -> None:
    keys = frozenset({"line:b", "line:a", "line:c"})

    assert b'"billed_keys":["line:a","line:b","line:c"]' in canonical_bytes(
        the_inputs(billed_keys=keys)
    )


@pytest.mark.parametrize(
    "changed",
    [
        replace(LINK, position=2),
        replace(LINK, number="RE-2026-000002"),
        replace(LINK, gross_cents=78_630),
        replace(LINK, pdf_sha256="01"),
        replace(LINK, xml_sha256="00"),
    ],
)
def test_every_part_of_a_link_changes_its_hash(changed: Link) -> None:
    assert chained(GENESIS, changed) != chained(GENESIS, LINK)


def test_another_past_changes_every_hash_after_it() -> None:
    assert chained(chained(GENESIS, LINK), LINK) != chained(GENESIS, LINK)


def test_lines_at_one_position_follow_each_other_without_overlap() -> None:
    first = a_server_line(valid_to=date(2026, 9, 1))
    draft = a_contract(first, state=ContractState.DRAFT)
    start = date(2026, 9, 1)
    follower = a_server_line(valid_from=start, billing_starts_on=start)

    assert len(with_line(draft, follower).lines) == 2
    early = date(2026, 8, 31)
    overlapping = a_server_line(valid_from=early, billing_starts_on=early)
    with pytest.raises(OverlappingLines):
        with_line(draft, overlapping)
