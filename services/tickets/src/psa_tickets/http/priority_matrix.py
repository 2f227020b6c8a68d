"""/priority-matrix: impact × urgency → priority."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Resource, answer, expected_version
from psa_common.guards import requires
from psa_tickets.domain.priority import Impact, Matrix, Priority, Urgency
from psa_tickets.queries import priority_matrices
from psa_tickets.queries.priority_matrices import CurrentMatrix
from psa_tickets.usecases import desk_setup

Cells = dict[Impact, dict[Urgency, Priority]]


class MatrixInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole matrix: by impact, then by urgency."""

    cells: Cells


class MatrixAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The matrix as readers see it."""

    cells: Cells


def show(current: CurrentMatrix, tenant_id: UUID) -> Resource[MatrixAttributes]:
    """Show the matrix; there is one for each tenant."""
    attributes = MatrixAttributes(cells=priority_matrices.cells_of(current.matrix))
    return Resource(tenant_id, "priority_matrix", attributes)


def matrix_of(data: MatrixInput) -> Matrix:
    """Return the matrix that the input describes."""
    return {
        (impact, urgency): priority
        for impact, row in data.cells.items()
        for urgency, priority in row.items()
    }


@get("/", guards=[requires("ticket:view")])
async def read_matrix(tx: NamedDependency[Tx]) -> Document[MatrixAttributes]:
    """Read the priority matrix."""
    current = await priority_matrices.get(tx)
    return answer(show(current, tx.tenant_id), version=current.version)


@put("/", guards=[requires("desk:manage")])
async def replace_matrix(
    request: Request[Any, Any, Any], data: JSONBody[MatrixInput], tx: NamedDependency[Tx]
) -> Document[MatrixAttributes]:
    """Weigh tickets anew from now on; open ones keep their priority."""
    version, now = expected_version(request), datetime.now(UTC)
    current = await desk_setup.replace_matrix(
        tx, matrix_of(data), expected_version=version, now=now
    )
    return answer(show(current, tx.tenant_id), version=current.version)


ROUTER = Router("/priority-matrix", route_handlers=[read_matrix, replace_matrix])
