"""Keys of the memory: an index is built without reading texts

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from memory.recording import place_keys
from storage.columns import UtcTime

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('memory_unit', 'memory_found'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('previous_key', sa.Integer(), server_default='0', nullable=False))
            batch_op.add_column(sa.Column('next_key', sa.Integer(), server_default='0', nullable=False))
            batch_op.add_column(sa.Column('place_key', sa.Integer(), server_default='0', nullable=False))
            batch_op.add_column(sa.Column('recency', sa.BigInteger(), server_default='0', nullable=False))
    with op.batch_alter_table('memory_unit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('bare_key', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('profile_key', sa.BigInteger(), server_default='0', nullable=False))
    connection = op.get_bind()
    # forms of no version are made again, with their keys, when they are read
    connection.execute(sa.text("UPDATE memory_unit SET form_version = ''"))
    for name in ('memory_unit', 'memory_found'):
        table = sa.table(
            name,
            *(sa.column(c) for c in ('id', 'document', 'position', 'previous_source', 'next_source')),
            *(sa.column(c) for c in ('previous_key', 'next_key', 'place_key', 'recency')),
            *(sa.column(c, UtcTime(timezone=True)) for c in ('approved_at', 'translated_at', 'created_at')),
        )
        for row in connection.execute(sa.select(table)).all():
            keys = place_keys(
                document=row.document,
                position=row.position,
                previous_source=row.previous_source,
                next_source=row.next_source,
                vouched_at=row.approved_at or row.translated_at or row.created_at,
            )
            connection.execute(table.update().where(table.c.id == row.id).values(**keys))


def downgrade() -> None:
    with op.batch_alter_table('memory_unit', schema=None) as batch_op:
        batch_op.drop_column('profile_key')
        batch_op.drop_column('bare_key')
    for table in ('memory_unit', 'memory_found'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in ('recency', 'place_key', 'next_key', 'previous_key'):
                batch_op.drop_column(column)
