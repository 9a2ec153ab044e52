"""Pictures of concepts, kept in the database, and what they show

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("concept", sa.Column("picture_alt", sa.Text(), nullable=True))
    op.create_table(
        "concept_picture",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", storage.columns.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_concept_picture")),
    )


def downgrade() -> None:
    op.drop_table("concept_picture")
    op.drop_column("concept", "picture_alt")
