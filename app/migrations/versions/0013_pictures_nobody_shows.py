"""Since when no concept shows a picture

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("concept_picture", sa.Column("unused_since", storage.columns.UtcTime(timezone=True), nullable=True))
