-- Benefits (меры социальной поддержки): who holds one on an account, since when, of what, and what each came to
-- in a month. A discount is a line of charge; what citizens get in money stands in benefit_shares alone.

-- +goose Up
CREATE TABLE beneficiaries (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts,
    last_name  text NOT NULL CHECK (last_name <> ''),
    first_name text NOT NULL DEFAULT '',
    patronymic text NOT NULL DEFAULT '',
    born       date,
    snils      text NOT NULL DEFAULT '' CHECK (snils ~ '^([0-9]{11})?$'),
    UNIQUE NULLS NOT DISTINCT (account_id, last_name, first_name, patronymic, born)
);

CREATE TABLE benefit_grants (
    account_id  bigint NOT NULL REFERENCES accounts,
    person_id   bigint NOT NULL REFERENCES beneficiaries,
    category    text NOT NULL CHECK (category <> ''),
    service     text NOT NULL, -- '': every service that benefits are given on
    since       date NOT NULL,
    until       date CHECK (until > since), -- first day without it
    valid       daterange NOT NULL GENERATED ALWAYS AS (daterange(since, until)) STORED,
    percent     numeric NOT NULL CHECK (percent BETWEEN 0 AND 100),
    amount      bigint NOT NULL CHECK (amount >= 0), -- a month, in the place of a percent
    scope       text NOT NULL CHECK (scope IN ('holder', 'family')),
    within_norm boolean NOT NULL,
    mode        text NOT NULL CHECK (mode IN ('', 'discount', 'compensation')),
    document    text NOT NULL,
    source_id   bigint NOT NULL REFERENCES sources,
    source_pos  bigint NOT NULL,
    PRIMARY KEY (account_id, person_id, category, service, since),
    CHECK ((percent = 0) <> (amount = 0)),
    CHECK (amount = 0 OR service <> ''),
    EXCLUDE USING gist (account_id WITH =, person_id WITH =, category WITH =, service WITH =, valid WITH &&)
);

CREATE TABLE benefit_shares (
    period     date NOT NULL,
    house_id   bigint NOT NULL,
    account_id bigint NOT NULL,
    line       bigint NOT NULL,
    person_id  bigint NOT NULL,
    category   text NOT NULL,
    mode       text NOT NULL CHECK (mode IN ('discount', 'compensation')),
    service    text NOT NULL,
    payee_id   bigint NOT NULL,
    zone       text NOT NULL,
    range_no   smallint NOT NULL,
    seg_from   date NOT NULL,
    seg_to     date NOT NULL,
    charged    bigint NOT NULL, -- of the line of charge
    volume     numeric NOT NULL,
    covered    numeric NOT NULL,
    price      numeric NOT NULL,
    percent    numeric NOT NULL,
    amount     bigint NOT NULL CHECK (amount >= 0),
    document   text NOT NULL,
    PRIMARY KEY (house_id, account_id, line, period)
) PARTITION BY RANGE (period);

-- The check stands on each month of its own: what is dropped of the whole stays on the parts.
-- +goose StatementBegin
DO $$
DECLARE
    part regclass;
BEGIN
    ALTER TABLE charges DROP CONSTRAINT charges_kind_check;
    FOR part IN SELECT conrelid::regclass FROM pg_constraint
        WHERE conname = 'charges_kind_check' AND conrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'charges'::regclass) LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT charges_kind_check', part);
    END LOOP;
    ALTER TABLE charges ADD CONSTRAINT charges_kind_check CHECK (kind IN ('base', 'uplift', 'correction', 'benefit'));
END $$;
-- +goose StatementEnd

SELECT track_history(tbl::regclass) FROM unnest(ARRAY['beneficiaries', 'benefit_grants', 'benefit_shares']) AS tbl;
