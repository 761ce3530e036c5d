-- Certificates of debt and statements handed out: the register that proves one (kvitok verify). The same
-- content is one paper, whenever it is printed again.

-- +goose Up
CREATE TABLE issued_papers (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    kind            text NOT NULL CHECK (kind IN ('certificate', 'statement')),
    number          text NOT NULL,
    check_code      text NOT NULL,
    account_id      bigint NOT NULL REFERENCES accounts,
    as_of           date NOT NULL,
    total           bigint NOT NULL, -- owed on that day; negative: paid too much
    sha256          text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of its content
    content         jsonb NOT NULL,
    issued_at       timestamptz NOT NULL,
    issued_by       text NOT NULL CHECK (issued_by <> ''),
    UNIQUE (organisation_id, number),
    UNIQUE (organisation_id, kind, account_id, sha256)
);
CREATE INDEX issued_papers_code ON issued_papers (organisation_id, check_code);
CREATE TRIGGER papers_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON issued_papers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE issued_papers;
