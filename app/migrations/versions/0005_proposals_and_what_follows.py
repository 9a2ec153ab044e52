"""Proposed changes, answers that were read, what a change of a word touches, and what became of a law's article

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
import storage.columns
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = storage.columns.UtcTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'concept_proposal',
        sa.Column('id', KEY, nullable=False),
        sa.Column('concept_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('language', sa.String(40), nullable=False),
        sa.Column('term_id', sa.BigInteger(), nullable=True),
        sa.Column('values', sa.JSON(), nullable=False),
        sa.Column('before', sa.JSON(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('context', sa.Text(), nullable=True),
        sa.Column('context_source', sa.Text(), nullable=True),
        sa.Column('by', sa.String(200), nullable=False),
        sa.Column('by_id', sa.BigInteger(), nullable=True),
        sa.Column('at', MOMENT, nullable=False),
        sa.Column('state', sa.String(20), nullable=False),
        sa.Column('changed_by', sa.String(200), nullable=True),
        sa.Column('changed_by_id', sa.BigInteger(), nullable=True),
        sa.Column('decided_by', sa.String(200), nullable=True),
        sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
        sa.Column('decided_at', MOMENT, nullable=True),
        sa.Column('answer', sa.Text(), nullable=True),
        sa.Column('history_id', sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('term', 'definition', 'equivalence')", name=op.f('ck_concept_proposal_kind')),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'refused', 'withdrawn')", name=op.f('ck_concept_proposal_state')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_concept_proposal')),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table('concept_proposal') as batch:
        batch.create_index('ix_concept_proposal_state_at', ['state', 'at'])
        for column in ('concept_id', 'by_id', 'history_id'):
            batch.create_index(op.f(f'ix_concept_proposal_{column}'), [column])

    with op.batch_alter_table('legal_reference') as batch:
        batch.add_column(sa.Column('change', sa.String(20), nullable=True))
        batch.add_column(sa.Column('moved_to', sa.String(40), nullable=True))
        batch.add_column(sa.Column('changed_valid_from', sa.Date(), nullable=True))
        batch.add_column(sa.Column('seen_hash', sa.String(64), nullable=True))
    op.execute("UPDATE legal_reference SET change = CASE WHEN changed_text = '' THEN 'gone' ELSE 'changed' END WHERE flagged_at IS NOT NULL")

    op.create_table(
        'answer_read',
        sa.Column('person_id', KEY, nullable=False),
        sa.Column('history_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('at', MOMENT, nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_answer_read_person_id_person'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('person_id', 'history_id', name=op.f('pk_answer_read')),
    )
    op.create_table(
        'term_impact',
        sa.Column('id', KEY, nullable=False),
        sa.Column('concept_id', sa.BigInteger(), nullable=False),
        sa.Column('wanted', sa.String(20), nullable=False),
        sa.Column('terms', sa.JSON(), nullable=False),
        sa.Column('instead', sa.JSON(), nullable=False),
        sa.Column('subject', sa.JSON(), nullable=False),
        sa.Column('asked_by_id', KEY, nullable=True),
        sa.Column('asked_at', MOMENT, nullable=False),
        sa.Column('segment_cursor', sa.BigInteger(), nullable=False),
        sa.Column('unit_cursor', sa.BigInteger(), nullable=False),
        sa.Column('looked', sa.Integer(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('finished_at', MOMENT, nullable=True),
        sa.Column('applied_at', MOMENT, nullable=True),
        sa.Column('applied_by_id', KEY, nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_term_impact_asked_by_id_person'), ondelete='SET NULL'),
        sa.ForeignKeyConstraint(['applied_by_id'], ['person.id'], name=op.f('fk_term_impact_applied_by_id_person'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_term_impact')),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table('term_impact') as batch:
        batch.create_index(op.f('ix_term_impact_concept_id'), ['concept_id'])
    op.create_table(
        'term_use',
        sa.Column('id', KEY, nullable=False),
        sa.Column('impact_id', KEY, nullable=False),
        sa.Column('segment_id', KEY, nullable=True),
        sa.Column('unit_id', sa.BigInteger(), nullable=True),
        sa.Column('term_id', sa.BigInteger(), nullable=False),
        sa.Column('side', sa.String(10), nullable=False),
        sa.Column('source_language', sa.String(35), nullable=False),
        sa.Column('language', sa.String(35), nullable=False),
        sa.Column('certainty', sa.String(10), nullable=False),
        sa.Column('state', sa.String(20), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('found_at', MOMENT, nullable=False),
        sa.Column('closed_at', MOMENT, nullable=True),
        sa.Column('closed_by_id', KEY, nullable=True),
        sa.ForeignKeyConstraint(['impact_id'], ['term_impact.id'], name=op.f('fk_term_use_impact_id_term_impact'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_term_use_segment_id_segment'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['closed_by_id'], ['person.id'], name=op.f('fk_term_use_closed_by_id_person'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_term_use')),
        sa.UniqueConstraint('impact_id', 'segment_id', name=op.f('uq_term_use_impact_id_segment_id')),
        sa.UniqueConstraint('impact_id', 'unit_id', name=op.f('uq_term_use_impact_id_unit_id')),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table('term_use') as batch:
        batch.create_index('ix_term_use_state_language', ['state', 'language'])
        for column in ('segment_id', 'unit_id'):
            batch.create_index(op.f(f'ix_term_use_{column}'), [column])


def downgrade() -> None:
    for table in ('term_use', 'term_impact', 'answer_read', 'concept_proposal'):
        op.drop_table(table)
    with op.batch_alter_table('legal_reference') as batch:
        for column in ('change', 'moved_to', 'changed_valid_from', 'seen_hash'):
            batch.drop_column(column)
