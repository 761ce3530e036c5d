-- Payments of one file that equal those of another in account, day, sum and payee, where no number tells whether they are
-- the same: which of which, and what a person found.

-- +goose Up
ALTER TABLE payments ADD COLUMN numbering text NOT NULL DEFAULT ''; -- whose number the key is; '-': the sender gave none

-- Months with payments that have no number, or not one of the bank's own: payments of other months need not be compared.
CREATE TABLE payment_numberings (
    organisation_id bigint NOT NULL REFERENCES organisations,
    period          date NOT NULL,
    PRIMARY KEY (organisation_id, period)
);

-- Those that belong to no account are looked up by what came.
CREATE INDEX payments_unidentified ON payments (account, paid_on) WHERE account_id IS NULL;

CREATE TABLE payment_twins (
    id              bigint GENERATED ALWAYS AS IDENTITY, -- in the order of the rows of a file
    organisation_id bigint NOT NULL REFERENCES organisations,
    file_source     bigint NOT NULL, -- the file of the later payment
    key             text NOT NULL, -- of the later payment
    of_key          text NOT NULL, -- of the earlier one; each answers for one row of a file
    of_number       text NOT NULL, -- by which the sender of the earlier one knows it; '' where he gave none
    other_order     boolean NOT NULL, -- they came by different orders of the bank
    held            boolean NOT NULL, -- the later one belongs to no account until somebody decides
    same            boolean NOT NULL DEFAULT false, -- a person found that no other money came
    PRIMARY KEY (organisation_id, key)
);
CREATE UNIQUE INDEX payment_twins_once ON payment_twins (file_source, of_key);
SELECT track_history('payment_twins');

-- +goose Down
DROP TABLE payment_twins;
DROP TABLE payment_numberings;
DROP INDEX payments_unidentified;
ALTER TABLE payments DROP COLUMN numbering;
