"""What includes what, and what the seeded roles may never do."""

import pytest

from psa_auth.domain.permission import (
    INCLUDED,
    KNOWN,
    PLATFORM_ONLY,
    SEEDED,
    BeyondOwnRights,
    MixedRole,
    RoleNameTaken,
    Scope,
    UnknownPermission,
    check_held,
    check_known,
    check_role,
    covered,
    permissions_of,
    seeded_for,
)

WIDER = {
    ("all", "all"), ("all", "team"), ("all", "assigned"), ("all", "own"), ("all", "own_customer"),
    ("team", "team"), ("team", "assigned"), ("team", "own"),
    ("assigned", "assigned"), ("own", "own"), ("own_customer", "own_customer"),
}  # fmt: skip


@pytest.mark.parametrize("held", list(Scope))
@pytest.mark.parametrize("wanted", list(Scope))
def test_a_scope_includes_what_the_table_says(held: Scope, wanted: Scope) -> None:
    includes = covered(f"ticket:view:{wanted}", frozenset({f"ticket:view:{held}"}))

    assert includes == ((held.value, wanted.value) in WIDER)


def test_every_scope_has_its_row() -> None:
    assert set(INCLUDED) == set(Scope)


def test_another_action_is_not_included() -> None:
    assert not covered("ticket:view:all", frozenset({"ticket:update:all", "tickets:view:all"}))


def test_only_permissions_of_the_registry_are_seeded() -> None:
    for role in SEEDED.values():
        assert role.permissions <= KNOWN, role.name
        assert role.permissions, role.name


def test_only_the_operators_role_reaches_beyond_a_tenant() -> None:
    for role in SEEDED.values():
        platform = {one for one in role.permissions if one.rpartition(":")[0] in PLATFORM_ONLY}
        assert bool(platform) == (role.name == "platform_operator")


def test_the_administrator_can_give_every_role_of_a_tenant() -> None:
    for role in seeded_for("acme", "platform"):
        check_held(role.permissions, SEEDED["tenant_admin"].permissions)


def test_the_auditor_only_reads() -> None:
    actions = {one.split(":")[1] for one in SEEDED["read_only_auditor"].permissions}

    assert actions == {"view", "view_cost"}


def test_a_customers_people_never_see_costs_or_others() -> None:
    permissions = SEEDED["customer_user"].permissions

    assert all(one.endswith(":own_customer") for one in permissions)
    assert not any(one.startswith(("finance", "user", "role", "audit")) for one in permissions)


def test_a_technician_sees_no_costs_and_approves_no_time() -> None:
    permissions = SEEDED["technician"].permissions

    assert not any(one.startswith(("finance:", "invoice:", "billing")) for one in permissions)
    assert "time_entry:approve:all" not in permissions
    assert "time_entry:create:own" in permissions


def test_the_platform_has_operators_only() -> None:
    assert [role.name for role in seeded_for("platform", "platform")] == ["platform_operator"]


@pytest.mark.parametrize(
    "text", ["", "*", "ticket:*:all", "ticket:view", "a:b:c", "Ticket:view:all"]
)
def test_what_is_no_permission_is_refused(text: str) -> None:
    with pytest.raises(UnknownPermission):
        check_known([text])


def test_what_is_not_held_cannot_be_given() -> None:
    with pytest.raises(BeyondOwnRights, match="ticket:view:all"):
        check_held(frozenset({"ticket:view:all"}), frozenset({"ticket:view:team"}))


def test_a_role_is_for_staff_or_for_customers() -> None:
    with pytest.raises(MixedRole):
        check_role("mixed", ["ticket:view:own_customer", "user:view:all"])


def test_a_seeded_name_cannot_be_taken() -> None:
    with pytest.raises(RoleNameTaken):
        check_role("technician", ["user:view:all"])


def test_a_seeded_role_follows_the_release_and_an_own_one_does_not() -> None:
    assert permissions_of("technician", None) == SEEDED["technician"].permissions
    assert permissions_of("technician", ["a:b:all"]) == {"a:b:all"}
    assert permissions_of("gone", None) == frozenset()
