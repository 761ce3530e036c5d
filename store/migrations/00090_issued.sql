-- The register of issued payment documents: every version of each, with the content it was drawn from.

-- +goose Up
ALTER TABLE documents ADD COLUMN charged bigint NOT NULL DEFAULT 0; -- of the month, corrections included

-- Rows are added, and ended when the document is replaced or withdrawn; they are never deleted.
CREATE TABLE issued_documents (
    period          date NOT NULL,
    house_id        bigint NOT NULL,
    account_id      bigint NOT NULL,
    organisation_id bigint NOT NULL,
    version         integer NOT NULL, -- of the document, from 1
    number          text NOT NULL,
    check_code      text NOT NULL, -- printed on it
    sha256          text NOT NULL, -- of its content
    book            text NOT NULL, -- digest of the book that has the content
    to_pay          bigint NOT NULL,
    pay_by          date NOT NULL,
    issued_at       timestamptz NOT NULL,
    ended_at        timestamptz, -- replaced or withdrawn
    PRIMARY KEY (house_id, account_id, period, version)
) PARTITION BY RANGE (period);
CREATE INDEX issued_documents_code ON issued_documents (check_code);

-- The documents of a house as they were issued together: JSON, zstd.
CREATE TABLE document_books (
    period   date NOT NULL,
    house_id bigint NOT NULL,
    sha256   text NOT NULL,
    body     bytea NOT NULL,
    PRIMARY KEY (house_id, period, sha256)
) PARTITION BY RANGE (period);
