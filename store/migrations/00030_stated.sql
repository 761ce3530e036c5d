-- What partners state of accounts and payments, kept to be compared with our own: it moves no money.

-- +goose Up

-- The totals of a payment order whose payments come as a file of their own.
CREATE TABLE payment_packs (
    organisation_id bigint NOT NULL REFERENCES organisations,
    order_date      date NOT NULL,
    order_no        text NOT NULL,
    rows            integer NOT NULL CHECK (rows >= 0),
    amount          bigint NOT NULL,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (organisation_id, order_date, order_no)
);

-- Debts and charges by another office's or a supplier's word. The account is as it came: a supplier's own number
-- is no number of ours. A later statement of the same month takes the place of the earlier one.
CREATE TABLE stated_amounts (
    organisation_id bigint NOT NULL REFERENCES organisations,
    kind            text NOT NULL CHECK (kind IN ('debt', 'charge')),
    account         text NOT NULL,
    service         text NOT NULL DEFAULT '', -- '' for a debt of all services
    period          date NOT NULL CHECK (extract(day FROM period) = 1),
    account_id      bigint REFERENCES accounts, -- where the number is one of ours
    amount          bigint NOT NULL,
    closing         bigint,
    rate            numeric,
    volume          numeric,
    unit            text NOT NULL DEFAULT '',
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (organisation_id, kind, account, service, period)
);
CREATE INDEX stated_amounts_account ON stated_amounts (account_id, period) WHERE account_id IS NOT NULL;
