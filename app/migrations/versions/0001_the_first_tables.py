"""The first tables

Revision ID: 0001
Revises: 
"""

import sqlalchemy as sa
import storage.columns
from alembic import op


from storage.changes import SET_TRANSACTION

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic', sa.String(length=40), nullable=False),
    sa.Column('key', sa.BigInteger(), nullable=False),
    sa.Column('transaction', sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change'))
    )
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.create_index('ix_change_topic_id', ['topic', 'id'], unique=False)
        batch_op.create_index('ix_change_topic_transaction', ['topic', 'transaction'], unique=False)

    op.create_table('memory_unit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source_language', sa.String(length=35), nullable=False),
    sa.Column('target_language', sa.String(length=35), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=16), nullable=False),
    sa.Column('source_key', sa.BigInteger(), nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('form_version', sa.String(length=20), nullable=False),
    sa.Column('bare_key', sa.BigInteger(), nullable=False),
    sa.Column('profile_key', sa.BigInteger(), nullable=False),
    sa.Column('project', sa.String(length=80), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('one_to_one', sa.Boolean(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('changed_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('used_count', sa.Integer(), nullable=False),
    sa.Column('last_used_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('recalled_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('recalled_by', sa.String(length=200), nullable=True),
    sa.Column('recall_reason', sa.Text(), nullable=True),
    sa.Column('found_elsewhere', sa.Boolean(), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('origin_name', sa.Text(), nullable=False),
    sa.Column('document', sa.String(length=80), nullable=True),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('previous_source', sa.Text(), nullable=True),
    sa.Column('next_source', sa.Text(), nullable=True),
    sa.Column('quality', sa.String(length=10), nullable=False),
    sa.Column('translated_by', sa.String(length=200), nullable=True),
    sa.Column('approved_by', sa.String(length=200), nullable=True),
    sa.Column('translated_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('approved_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('source_tuid', sa.Text(), nullable=True),
    sa.Column('place', sa.LargeBinary(length=16), nullable=False),
    sa.Column('created_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('previous_key', sa.Integer(), nullable=False),
    sa.Column('next_key', sa.Integer(), nullable=False),
    sa.Column('place_key', sa.Integer(), nullable=False),
    sa.Column('recency', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("quality IN ('approved', 'unreviewed', 'machine')", name=op.f('ck_memory_unit_quality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memory_unit')),
    sa.UniqueConstraint('digest', name=op.f('uq_memory_unit_digest')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('memory_unit', schema=None) as batch_op:
        batch_op.create_index('ix_memory_unit_document', ['document', 'position'], unique=False)
        batch_op.create_index('ix_memory_unit_pair', ['source_language', 'target_language', 'id'], unique=False)
        batch_op.create_index('ix_memory_unit_place', ['place'], unique=False)
        batch_op.create_index('ix_memory_unit_source', ['source_language', 'target_language', 'source_key'], unique=False)

    op.create_table('memory_found',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('origin_name', sa.Text(), nullable=False),
    sa.Column('document', sa.String(length=80), nullable=True),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('previous_source', sa.Text(), nullable=True),
    sa.Column('next_source', sa.Text(), nullable=True),
    sa.Column('quality', sa.String(length=10), nullable=False),
    sa.Column('translated_by', sa.String(length=200), nullable=True),
    sa.Column('approved_by', sa.String(length=200), nullable=True),
    sa.Column('translated_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('approved_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('source_tuid', sa.Text(), nullable=True),
    sa.Column('place', sa.LargeBinary(length=16), nullable=False),
    sa.Column('created_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('previous_key', sa.Integer(), nullable=False),
    sa.Column('next_key', sa.Integer(), nullable=False),
    sa.Column('place_key', sa.Integer(), nullable=False),
    sa.Column('recency', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['memory_unit.id'], name=op.f('fk_memory_found_unit_id_memory_unit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memory_found'))
    )
    with op.batch_alter_table('memory_found', schema=None) as batch_op:
        batch_op.create_index('ix_memory_found_document', ['document', 'position'], unique=False)
        batch_op.create_index('ix_memory_found_place', ['place'], unique=False)
        batch_op.create_index('uq_memory_found_unit_id_place', ['unit_id', 'place'], unique=True)

    op.create_table('concept',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=200), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=True),
    sa.Column('jurisdiction', sa.String(length=40), nullable=True),
    sa.Column('sensitivity', sa.String(length=60), nullable=True),
    sa.Column('content_note', sa.Text(), nullable=True),
    sa.Column('keep_source', sa.Boolean(), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('origin_name', sa.String(length=200), nullable=True),
    sa.Column('licence', sa.String(length=200), nullable=True),
    sa.Column('picture', sa.String(length=300), nullable=True),
    sa.Column('loaded', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=200), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=True),
    sa.Column('changed_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('changed_by', sa.String(length=200), nullable=False),
    sa.Column('changed_by_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("origin IN ('starter', 'import', 'own')", name=op.f('ck_concept_origin')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concept')),
    sa.UniqueConstraint('code', name=op.f('uq_concept_code')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('concept', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_concept_origin'), ['origin'], unique=False)
        batch_op.create_index(batch_op.f('ix_concept_subject'), ['subject'], unique=False)

    op.create_table('concept_history',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('concept_id', sa.BigInteger(), nullable=False),
    sa.Column('concept_code', sa.String(length=200), nullable=False),
    sa.Column('at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=True),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('why', sa.Text(), nullable=True),
    sa.Column('proposer_id', sa.BigInteger(), nullable=True),
    sa.Column('batch', sa.String(length=36), nullable=True),
    sa.Column('of_id', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concept_history')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('concept_history', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_concept_history_batch'), ['batch'], unique=False)
        batch_op.create_index(batch_op.f('ix_concept_history_concept_code'), ['concept_code'], unique=False)
        batch_op.create_index('ix_concept_history_concept_id_id', ['concept_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_concept_history_proposer_id'), ['proposer_id'], unique=False)

    op.create_table('concept_definition',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('concept_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('language', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('plain', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['concept_id'], ['concept.id'], name=op.f('fk_concept_definition_concept_id_concept'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concept_definition')),
    sa.UniqueConstraint('concept_id', 'language', name=op.f('uq_concept_definition_concept_id_language')),
    sqlite_autoincrement=True
    )
    op.create_table('concept_note',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('concept_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('audience', sa.String(length=20), nullable=False),
    sa.Column('language', sa.String(length=40), nullable=False),
    sa.Column('about', sa.String(length=40), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.CheckConstraint("audience IN ('public', 'organisation', 'reviewers')", name=op.f('ck_concept_note_audience')),
    sa.CheckConstraint("kind IN ('usage', 'culture', 'translator')", name=op.f('ck_concept_note_kind')),
    sa.ForeignKeyConstraint(['concept_id'], ['concept.id'], name=op.f('fk_concept_note_concept_id_concept'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concept_note')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('concept_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_concept_note_concept_id'), ['concept_id'], unique=False)

    op.create_table('concept_relation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('concept_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('other_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint("kind IN ('broader', 'related', 'part_of', 'opposite', 'near', 'false_friend')", name=op.f('ck_concept_relation_kind')),
    sa.CheckConstraint('concept_id <> other_id', name=op.f('ck_concept_relation_not_itself')),
    sa.ForeignKeyConstraint(['concept_id'], ['concept.id'], name=op.f('fk_concept_relation_concept_id_concept'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_id'], ['concept.id'], name=op.f('fk_concept_relation_other_id_concept'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concept_relation')),
    sa.UniqueConstraint('concept_id', 'kind', 'other_id', name=op.f('uq_concept_relation_concept_id_kind_other_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('concept_relation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_concept_relation_other_id'), ['other_id'], unique=False)

    op.create_table('equivalence',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('concept_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('language', sa.String(length=40), nullable=False),
    sa.Column('degree', sa.String(length=20), nullable=False),
    sa.Column('strategy', sa.String(length=30), nullable=True),
    sa.Column('differs', sa.JSON(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('created_by', sa.String(length=200), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=200), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("degree IN ('full', 'partial', 'functional', 'none', 'false friend')", name=op.f('ck_equivalence_degree')),
    sa.CheckConstraint("status IN ('proposed', 'approved')", name=op.f('ck_equivalence_status')),
    sa.ForeignKeyConstraint(['concept_id'], ['concept.id'], name=op.f('fk_equivalence_concept_id_concept'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equivalence')),
    sa.UniqueConstraint('concept_id', 'language', name=op.f('uq_equivalence_concept_id_language')),
    sqlite_autoincrement=True
    )
    op.create_table('legal_reference',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('concept_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('act', sa.String(length=300), nullable=False),
    sa.Column('bwb', sa.String(length=40), nullable=True),
    sa.Column('article', sa.String(length=40), nullable=True),
    sa.Column('paragraph', sa.String(length=40), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('quoted', sa.Text(), nullable=True),
    sa.Column('hash', sa.String(length=64), nullable=True),
    sa.Column('changed_text', sa.Text(), nullable=True),
    sa.Column('flagged_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['concept_id'], ['concept.id'], name=op.f('fk_legal_reference_concept_id_concept'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_reference')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('legal_reference', schema=None) as batch_op:
        batch_op.create_index('ix_legal_reference_bwb_article', ['bwb', 'article'], unique=False)
        batch_op.create_index(batch_op.f('ix_legal_reference_concept_id'), ['concept_id'], unique=False)

    op.create_table('term',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('concept_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('language', sa.String(length=40), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('part_of_speech', sa.String(length=40), nullable=True),
    sa.Column('gender', sa.String(length=20), nullable=True),
    sa.Column('register', sa.String(length=20), nullable=True),
    sa.Column('abbreviation_of', sa.String(length=500), nullable=True),
    sa.Column('context', sa.Text(), nullable=True),
    sa.Column('context_source', sa.Text(), nullable=True),
    sa.Column('variants', sa.JSON(), nullable=False),
    sa.Column('transliteration', sa.String(length=500), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=200), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=True),
    sa.Column('changed_by', sa.String(length=200), nullable=True),
    sa.Column('changed_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=200), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('wish', sa.String(length=20), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('replaces_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("status IN ('proposed', 'preferred', 'admitted', 'deprecated', 'forbidden')", name=op.f('ck_term_status')),
    sa.ForeignKeyConstraint(['concept_id'], ['concept.id'], name=op.f('fk_term_concept_id_concept'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['replaces_id'], ['term.id'], name=op.f('fk_term_replaces_id_term'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_term')),
    sa.UniqueConstraint('concept_id', 'language', 'text', name=op.f('uq_term_concept_id_language_text')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('term', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_term_created_by_id'), ['created_by_id'], unique=False)
        batch_op.create_index('ix_term_language_status', ['language', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_term_replaces_id'), ['replaces_id'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('email', sa.String(length=320), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('interface_language', sa.String(length=20), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('created_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('disabled_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email'))
    )
    op.create_table('sign_in_attempt',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account', sa.String(length=64), nullable=False),
    sa.Column('origin', sa.String(length=64), nullable=False),
    sa.Column('at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempt'))
    )
    with op.batch_alter_table('sign_in_attempt', schema=None) as batch_op:
        batch_op.create_index('ix_sign_in_attempt_account_at', ['account', 'at'], unique=False)
        batch_op.create_index('ix_sign_in_attempt_origin_at', ['origin', 'at'], unique=False)

    op.create_table('document',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('once', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('file_name', sa.String(length=300), nullable=False),
    sa.Column('format', sa.String(length=20), nullable=False),
    sa.Column('source_language', sa.String(length=35), nullable=False),
    sa.Column('confidentiality', sa.String(length=20), nullable=False),
    sa.Column('instructions', sa.Text(), nullable=False),
    sa.Column('warnings', sa.JSON(), nullable=False),
    sa.Column('segmenter_version', sa.String(length=40), nullable=False),
    sa.Column('uploaded_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('uploaded_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['person.id'], name=op.f('fk_document_uploaded_by_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document')),
    sa.UniqueConstraint('once', name=op.f('uq_document_once')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_uploaded_by_id'), ['uploaded_by_id'], unique=False)

    op.create_table('invitation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('email', sa.String(length=320), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('invited_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('expires_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('used_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['invited_by_id'], ['person.id'], name=op.f('fk_invitation_invited_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_invitation_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_invitation_token_digest'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_person_id'), ['person_id'], unique=False)

    op.create_table('role',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('source_language', sa.String(length=35), nullable=False),
    sa.Column('target_language', sa.String(length=35), nullable=False),
    sa.CheckConstraint("(name IN ('translator', 'reviewer')) = (source_language <> '' AND target_language <> '')", name=op.f('ck_role_pair')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_role_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role')),
    sa.UniqueConstraint('person_id', 'name', 'source_language', 'target_language', name=op.f('uq_role_person_id_name_source_language_target_language'))
    )
    with op.batch_alter_table('role', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_person_id'), ['person_id'], unique=False)

    op.create_table('block',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('context', sa.Text(), nullable=False),
    sa.Column('codes', sa.JSON(), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_block_document_id_document'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block')),
    sa.UniqueConstraint('document_id', 'position', name=op.f('uq_block_document_id_position'))
    )
    op.create_table('original',
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_original_document_id_document'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_original'))
    )
    op.create_table('translation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target_language', sa.String(length=35), nullable=False),
    sa.Column('deadline', sa.Date(), nullable=True),
    sa.Column('translator_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('waived_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('waived_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('waiver_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_translation_document_id_document'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['translator_id'], ['person.id'], name=op.f('fk_translation_translator_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['waived_by_id'], ['person.id'], name=op.f('fk_translation_waived_by_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_translation')),
    sa.UniqueConstraint('document_id', 'target_language', name=op.f('uq_translation_document_id_target_language')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('translation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_translation_translator_id'), ['translator_id'], unique=False)

    op.create_table('job',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('translation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('queued_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('lease_until', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('ended_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['translation_id'], ['translation.id'], name=op.f('fk_job_translation_id_translation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_state_id', ['state', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_translation_id'), ['translation_id'], unique=False)

    op.create_table('sentence',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('block_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('cut', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['block_id'], ['block.id'], name=op.f('fk_sentence_block_id_block'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_sentence_document_id_document'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sentence')),
    sa.UniqueConstraint('document_id', 'position', name=op.f('uq_sentence_document_id_position')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('sentence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sentence_block_id'), ['block_id'], unique=False)

    op.create_table('machine_suggestion',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sentence_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target_language', sa.String(length=35), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('models', sa.Text(), nullable=False),
    sa.Column('engine', sa.String(length=80), nullable=False),
    sa.Column('path', sa.JSON(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('made_at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sentence_id'], ['sentence.id'], name=op.f('fk_machine_suggestion_sentence_id_sentence'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_machine_suggestion')),
    sa.UniqueConstraint('sentence_id', 'target_language', 'rank', name=op.f('uq_machine_suggestion_sentence_id_target_language_rank'))
    )
    op.create_table('segment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('translation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sentence_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('written_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('changed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('changed_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('waiting_since', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('approved_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved_at', storage.columns.UtcTime(timezone=True), nullable=True),
    sa.Column('sent_back_reason', sa.String(length=40), nullable=False),
    sa.Column('memory_unit_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['approved_by_id'], ['person.id'], name=op.f('fk_segment_approved_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['changed_by_id'], ['person.id'], name=op.f('fk_segment_changed_by_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['sentence_id'], ['sentence.id'], name=op.f('fk_segment_sentence_id_sentence'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['translation_id'], ['translation.id'], name=op.f('fk_segment_translation_id_translation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name=op.f('fk_segment_written_by_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segment')),
    sa.UniqueConstraint('translation_id', 'position', name=op.f('uq_segment_translation_id_position')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('segment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_segment_sentence_id'), ['sentence_id'], unique=False)
        batch_op.create_index('ix_segment_state_translation_id', ['state', 'translation_id'], unique=False)

    op.create_table('comment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('segment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_comment_person_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_comment_segment_id_segment'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment'))
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_segment_id'), ['segment_id'], unique=False)

    op.create_table('event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', storage.columns.UtcTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('action', sa.String(length=30), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('translation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('segment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('from_state', sa.String(length=20), nullable=False),
    sa.Column('to_state', sa.String(length=20), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_event_document_id_document'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_event_person_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['segment_id'], ['segment.id'], name=op.f('fk_event_segment_id_segment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['translation_id'], ['translation.id'], name=op.f('fk_event_translation_id_translation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_document_id'), ['document_id'], unique=False)
        batch_op.create_index('ix_event_segment_id_id', ['segment_id', 'id'], unique=False)
        batch_op.create_index('ix_event_translation_id_id', ['translation_id', 'id'], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.execute(SET_TRANSACTION)


def downgrade() -> None:
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_translation_id_id')
        batch_op.drop_index('ix_event_segment_id_id')
        batch_op.drop_index(batch_op.f('ix_event_document_id'))

    op.drop_table('event')
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comment_segment_id'))

    op.drop_table('comment')
    with op.batch_alter_table('segment', schema=None) as batch_op:
        batch_op.drop_index('ix_segment_state_translation_id')
        batch_op.drop_index(batch_op.f('ix_segment_sentence_id'))

    op.drop_table('segment')
    op.drop_table('machine_suggestion')
    with op.batch_alter_table('sentence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sentence_block_id'))

    op.drop_table('sentence')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_translation_id'))
        batch_op.drop_index('ix_job_state_id')

    op.drop_table('job')
    with op.batch_alter_table('translation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_translation_translator_id'))

    op.drop_table('translation')
    op.drop_table('original')
    op.drop_table('block')
    with op.batch_alter_table('role', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_role_person_id'))

    op.drop_table('role')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitation_person_id'))

    op.drop_table('invitation')
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_uploaded_by_id'))

    op.drop_table('document')
    with op.batch_alter_table('sign_in_attempt', schema=None) as batch_op:
        batch_op.drop_index('ix_sign_in_attempt_origin_at')
        batch_op.drop_index('ix_sign_in_attempt_account_at')

    op.drop_table('sign_in_attempt')
    op.drop_table('person')
    with op.batch_alter_table('term', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_term_replaces_id'))
        batch_op.drop_index('ix_term_language_status')
        batch_op.drop_index(batch_op.f('ix_term_created_by_id'))

    op.drop_table('term')
    with op.batch_alter_table('legal_reference', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_legal_reference_concept_id'))
        batch_op.drop_index('ix_legal_reference_bwb_article')

    op.drop_table('legal_reference')
    op.drop_table('equivalence')
    with op.batch_alter_table('concept_relation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_concept_relation_other_id'))

    op.drop_table('concept_relation')
    with op.batch_alter_table('concept_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_concept_note_concept_id'))

    op.drop_table('concept_note')
    op.drop_table('concept_definition')
    with op.batch_alter_table('concept_history', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_concept_history_proposer_id'))
        batch_op.drop_index('ix_concept_history_concept_id_id')
        batch_op.drop_index(batch_op.f('ix_concept_history_concept_code'))
        batch_op.drop_index(batch_op.f('ix_concept_history_batch'))

    op.drop_table('concept_history')
    with op.batch_alter_table('concept', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_concept_subject'))
        batch_op.drop_index(batch_op.f('ix_concept_origin'))

    op.drop_table('concept')
    with op.batch_alter_table('memory_found', schema=None) as batch_op:
        batch_op.drop_index('uq_memory_found_unit_id_place')
        batch_op.drop_index('ix_memory_found_place')
        batch_op.drop_index('ix_memory_found_document')

    op.drop_table('memory_found')
    with op.batch_alter_table('memory_unit', schema=None) as batch_op:
        batch_op.drop_index('ix_memory_unit_source')
        batch_op.drop_index('ix_memory_unit_place')
        batch_op.drop_index('ix_memory_unit_pair')
        batch_op.drop_index('ix_memory_unit_document')

    op.drop_table('memory_unit')
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.drop_index('ix_change_topic_transaction')
        batch_op.drop_index('ix_change_topic_id')

    op.drop_table('change')
