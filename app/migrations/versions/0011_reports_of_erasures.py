"""Reports of erasures: what went, where was searched, what was left

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", storage.columns.UtcTime(timezone=True), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("searched", sa.JSON(), nullable=False),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_erasure_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )


def downgrade() -> None:
    op.drop_table("erasure")
