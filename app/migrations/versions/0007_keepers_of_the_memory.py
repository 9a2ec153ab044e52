"""What keepers of the memory did, and what searches through it found

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('memory_act',
    sa.Column('id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('source_language', sa.String(length=35), nullable=False),
    sa.Column('target_language', sa.String(length=35), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('by_key', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('at', UtcTime(timezone=True), nullable=False),
    sa.Column('search_id', sa.BigInteger(), nullable=True),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('left', sa.Integer(), nullable=False),
    sa.Column('ended_at', UtcTime(timezone=True), nullable=True),
    sa.Column('undone_at', UtcTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.String(length=200), nullable=True),
    sa.Column('undo_left', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memory_act')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_memory_act_pair', 'memory_act', ['source_language', 'target_language', 'id'])
    op.create_table('memory_act_change',
    sa.Column('id', KEY, nullable=False),
    sa.Column('act_id', KEY, nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('successor_id', KEY, nullable=True),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('undone', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['act_id'], ['memory_act.id'], name=op.f('fk_memory_act_change_act_id_memory_act'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['memory_unit.id'], name=op.f('fk_memory_act_change_unit_id_memory_unit'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['successor_id'], ['memory_unit.id'], name=op.f('fk_memory_act_change_successor_id_memory_unit'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memory_act_change'))
    )
    op.create_index('ix_memory_act_change_act_id', 'memory_act_change', ['act_id', 'id'])
    op.create_index(op.f('ix_memory_act_change_unit_id'), 'memory_act_change', ['unit_id'])
    op.create_index(op.f('ix_memory_act_change_successor_id'), 'memory_act_change', ['successor_id'])
    op.create_table('memory_search',
    sa.Column('id', KEY, nullable=False),
    sa.Column('finder', sa.String(length=20), nullable=False),
    sa.Column('source_language', sa.String(length=35), nullable=False),
    sa.Column('target_language', sa.String(length=35), nullable=False),
    sa.Column('selection', sa.JSON(), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('started_at', UtcTime(timezone=True), nullable=False),
    sa.Column('ended_at', UtcTime(timezone=True), nullable=True),
    sa.Column('position', sa.BigInteger(), nullable=True),
    sa.Column('looked_at', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('found', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memory_search'))
    )
    op.create_index('ix_memory_search_pair', 'memory_search', ['source_language', 'target_language', 'finder'])
    op.create_table('memory_finding',
    sa.Column('id', KEY, nullable=False),
    sa.Column('search_id', KEY, nullable=False),
    sa.Column('family', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('detail', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['search_id'], ['memory_search.id'], name=op.f('fk_memory_finding_search_id_memory_search'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['memory_unit.id'], name=op.f('fk_memory_finding_unit_id_memory_unit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memory_finding'))
    )
    op.create_index('ix_memory_finding_search_id', 'memory_finding', ['search_id', 'id'])
    op.create_index(op.f('ix_memory_finding_unit_id'), 'memory_finding', ['unit_id'])


def downgrade() -> None:
    for table in ('memory_finding', 'memory_search', 'memory_act_change', 'memory_act'):
        op.drop_table(table)
