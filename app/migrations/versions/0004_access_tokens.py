"""Access tokens of people

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import storage.columns
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_token',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('ending', sa.String(length=4), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('created_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('expires_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('last_used_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('revoked_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_access_token_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_token')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_access_token_token_digest'))
    )
    with op.batch_alter_table('access_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_access_token_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('access_token')
