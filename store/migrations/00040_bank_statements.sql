-- What the bank says of the organisation's own accounts: balances over days, and the documents behind
-- them. Registries of payments are reconciled with these documents.

-- +goose Up
CREATE TABLE bank_statements (
    organisation_id bigint NOT NULL REFERENCES organisations,
    account         text NOT NULL CHECK (account ~ '^[0-9]{20}$'),
    day_from        date NOT NULL,
    day_through     date NOT NULL CHECK (day_through >= day_from),
    opening         bigint NOT NULL,
    received        bigint NOT NULL CHECK (received >= 0),
    spent           bigint NOT NULL CHECK (spent >= 0),
    closing         bigint NOT NULL,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (organisation_id, account, day_from, day_through),
    CHECK (closing = opening + received - spent)
);

-- A document is known by all that both of its statements say of it: its number repeats, even within a
-- day. Documents alike in everything are told apart by their count within one file.
CREATE TABLE bank_documents (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    fingerprint     text NOT NULL,
    copy            integer NOT NULL DEFAULT 0 CHECK (copy >= 0),
    kind            text NOT NULL,
    number          text NOT NULL,
    dated           date NOT NULL,
    debited         date,
    credited        date,
    amount          bigint NOT NULL CHECK (amount > 0),
    payer           text NOT NULL DEFAULT '',
    payer_inn       text NOT NULL DEFAULT '',
    payer_account   text NOT NULL DEFAULT '',
    payer_bic       text NOT NULL DEFAULT '',
    payee           text NOT NULL DEFAULT '',
    payee_inn       text NOT NULL DEFAULT '',
    payee_account   text NOT NULL DEFAULT '',
    payee_bic       text NOT NULL DEFAULT '',
    purpose         text NOT NULL DEFAULT '',
    service_ids     text[] NOT NULL DEFAULT '{}',
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    UNIQUE (organisation_id, fingerprint, copy)
);
CREATE INDEX bank_documents_credited ON bank_documents (organisation_id, payee_account, credited);
CREATE INDEX bank_documents_debited ON bank_documents (organisation_id, payer_account, debited);
