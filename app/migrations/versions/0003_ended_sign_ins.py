"""Signing out ends a sign-in for good

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import storage.columns
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ended_sign_in',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('at', storage.columns.UtcTime(), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_ended_sign_in'))
    )
    with op.batch_alter_table('ended_sign_in', schema=None) as batch_op:
        batch_op.create_index(op.f('ix_ended_sign_in_at'), ['at'], unique=False)


def downgrade() -> None:
    op.drop_table('ended_sign_in')
