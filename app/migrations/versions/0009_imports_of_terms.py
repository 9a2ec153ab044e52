"""Imports of terms: the files on their way into the term base, and what became of them

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
import storage.columns
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('term_import',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('once', sa.String(length=64), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('format', sa.String(length=20), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('mapping', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('on_conflict', sa.String(length=20), nullable=False),
    sa.Column('keep_status', sa.Boolean(), nullable=False),
    sa.Column('licence', sa.String(length=200), nullable=False),
    sa.Column('preview', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('message', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('batch', sa.String(length=36), nullable=True),
    sa.Column('uploaded_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('uploaded_by_name', sa.String(length=200), nullable=False),
    sa.Column('uploaded_at', storage.columns.UtcTime(), nullable=False),
    sa.Column('applied_at', storage.columns.UtcTime(), nullable=True),
    sa.Column('undone_at', storage.columns.UtcTime(), nullable=True),
    sa.Column('undone_by_name', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['person.id'], name=op.f('fk_term_import_uploaded_by_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_term_import')),
    sa.UniqueConstraint('once', name=op.f('uq_term_import_once')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('term_import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_term_import_batch'), ['batch'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('term_import', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_term_import_batch'))
    op.drop_table('term_import')
