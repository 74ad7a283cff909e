"""How many workers a run is suspected to have taken down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """To this step."""
    op.add_column("runs", sa.Column("deaths", sa.Integer(), server_default="0", nullable=False))
