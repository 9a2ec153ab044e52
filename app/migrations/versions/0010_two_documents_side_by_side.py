"""Two documents side by side

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
import storage.columns
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('alignment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source_language', sa.String(length=35), nullable=False),
    sa.Column('target_language', sa.String(length=35), nullable=False),
    sa.Column('source_name', sa.String(length=200), nullable=False),
    sa.Column('target_name', sa.String(length=200), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('created_at', storage.columns.UtcTime(), nullable=False),
    sa.Column('kept_at', storage.columns.UtcTime(), nullable=True),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_alignment_by_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alignment'))
    )


def downgrade() -> None:
    op.drop_table('alignment')
