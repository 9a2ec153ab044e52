"""Definitions that a second person has seen, and words for which the two-person rule is waived

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("concept_definition", sa.Column("seen_hash", sa.String(length=64), nullable=True))
    op.add_column("concept_definition", sa.Column("seen_by", sa.String(length=200), nullable=True))
    op.add_column("concept_definition", sa.Column("seen_by_id", sa.BigInteger(), nullable=True))
    op.add_column("concept_definition", sa.Column("seen_at", storage.columns.UtcTime(timezone=True), nullable=True))
    op.add_column("term", sa.Column("waiver", sa.Text(), nullable=True))
    op.add_column("term", sa.Column("waived_by", sa.String(length=200), nullable=True))
    op.add_column("term", sa.Column("waived_by_id", sa.BigInteger(), nullable=True))
