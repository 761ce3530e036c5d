-- Numbers under which others know our accounts. One number of a kind leads to one account.

-- +goose Up
CREATE TABLE account_references (
    organisation_id bigint NOT NULL REFERENCES organisations,
    kind            text NOT NULL CHECK (kind IN ('legacy', 'supplier', 'social')),
    number          text NOT NULL CHECK (number <> ''),
    account_id      bigint NOT NULL REFERENCES accounts,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (organisation_id, kind, number)
);
CREATE INDEX account_references_account ON account_references (account_id);
