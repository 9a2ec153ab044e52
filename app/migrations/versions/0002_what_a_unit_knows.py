"""What a unit knows: whose case, how far it may go, what it was built on, its concepts, its use; settings of matching

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Columns are added in place and never by making a table again: with it SQLite would delete what points at its rows.
PLACES = ("memory_unit", "memory_found")


def upgrade() -> None:
    for table in PLACES:
        op.add_column(
            table, sa.Column("confidentiality", sa.String(length=20), server_default="internal", nullable=False)
        )
        op.add_column(table, sa.Column("client_reference", sa.String(length=200), nullable=True))
        op.add_column(table, sa.Column("built_on", sa.BigInteger(), nullable=True))
        for column in ("client_reference", "built_on"):
            where = sa.text(f"{column} IS NOT NULL")
            op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=where, postgresql_where=where)
    op.add_column("memory_unit", sa.Column("concepts_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "memory_concept",
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("concept", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["memory_unit.id"], name=op.f("fk_memory_concept_unit_id_memory_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", "concept", name=op.f("pk_memory_concept")),
    )
    op.create_index("ix_memory_concept_concept", "memory_concept", ["concept"])
    op.create_table(
        "memory_penalty",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points BETWEEN 0 AND 100", name=op.f("ck_memory_penalty_points")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memory_penalty")),
        sa.UniqueConstraint("name", "source", name=op.f("uq_memory_penalty_name_source")),
    )
    op.create_table(
        "suggestion_use",
        sa.Column("id", KEY, nullable=False),
        sa.Column("segment_id", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("at", storage.columns.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_suggestion_use_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_suggestion_use_segment_id_segment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["memory_unit.id"], name=op.f("fk_suggestion_use_unit_id_memory_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion_use")),
        sa.UniqueConstraint("segment_id", "unit_id", name=op.f("uq_suggestion_use_segment_id_unit_id")),
    )
    op.create_index("ix_suggestion_use_unit_id", "suggestion_use", ["unit_id"])
    op.add_column("document", sa.Column("client_reference", sa.String(length=200), nullable=True))
    op.add_column("document", sa.Column("project", sa.String(length=80), nullable=True))
    op.add_column("document", sa.Column("subject", sa.String(length=200), nullable=True))
    op.create_index(op.f("ix_document_client_reference"), "document", ["client_reference"])
    op.add_column("person", sa.Column("memory_threshold", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "memory_threshold")
    op.drop_index(op.f("ix_document_client_reference"), "document")
    for column in ("subject", "project", "client_reference"):
        op.drop_column("document", column)
    op.drop_table("suggestion_use")
    op.drop_table("memory_penalty")
    op.drop_table("memory_concept")
    op.drop_column("memory_unit", "concepts_at")
    for table in PLACES:
        for column in ("client_reference", "built_on"):
            op.drop_index(f"ix_{table}_{column}", table)
        for column in ("built_on", "client_reference", "confidentiality"):
            op.drop_column(table, column)
