-- Numbers that ГИС ЖКХ gave to payment documents. The newest answer stands: a document that was withdrawn and
-- placed anew has another number.

-- +goose Up
CREATE TABLE gis_documents (
    organisation_id bigint NOT NULL REFERENCES organisations,
    period          date NOT NULL,
    number          text NOT NULL, -- of the document, ours
    gis_number      text NOT NULL CHECK (gis_number <> ''),
    account_id      bigint NOT NULL REFERENCES accounts,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (organisation_id, period, number),
    UNIQUE (organisation_id, gis_number)
);
CREATE INDEX gis_documents_account ON gis_documents (account_id);
SELECT track_history('gis_documents');
