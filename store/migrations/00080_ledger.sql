-- The ledger by month of debt: which month a payment paid for, what is left of older months, and
-- lines that do not come from the calculation.

-- +goose Up
-- A part of a payment pays one service of one month. Entry 0 is the payment as it arrived, another
-- number the decision that moved it, or an offset (payment 0). What is taken back is negative.
ALTER TABLE payment_parts DROP CONSTRAINT payment_parts_pkey;
ALTER TABLE payment_parts DROP CONSTRAINT payment_parts_amount_check;
ALTER TABLE payment_parts ADD COLUMN entry bigint NOT NULL DEFAULT 0;
ALTER TABLE payment_parts ADD COLUMN month date;
ALTER TABLE payment_parts ADD COLUMN kind text NOT NULL DEFAULT 'principal' CHECK (kind IN ('principal', 'penalty'));
UPDATE payment_parts SET month = period;
ALTER TABLE payment_parts ALTER COLUMN month SET NOT NULL;
ALTER TABLE payment_parts ALTER COLUMN entry DROP DEFAULT;
ALTER TABLE payment_parts ALTER COLUMN kind DROP DEFAULT;
ALTER TABLE payment_parts ADD CHECK (amount <> 0);
ALTER TABLE payment_parts ADD PRIMARY KEY (house_id, account_id, payment_id, entry, service, payee_id, month, kind, period);

-- Offsets of an overpayment against a debt of the same account and payee are numbered by this.
CREATE SEQUENCE ledger_entries;

-- Payments are distributed in this order.
DROP INDEX payments_house;
CREATE INDEX payments_house ON payments (house_id, account_id, paid_on, id);

-- What is left at the end of a month of the months before it, and of penalties of any month; negative:
-- paid too much. What is left of the month itself is the balance less these, so that an account
-- without old debts has no row here.
CREATE TABLE debts (
    period     date NOT NULL,
    house_id   bigint NOT NULL,
    account_id bigint NOT NULL,
    service    text NOT NULL,
    payee_id   bigint NOT NULL,
    month      date NOT NULL, -- of the debt; 1900-01-01: before our records
    kind       text NOT NULL CHECK (kind IN ('principal', 'penalty')),
    amount     bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (house_id, account_id, service, payee_id, month, kind, period),
    CHECK (month < period OR kind = 'penalty')
) PARTITION BY RANGE (period);

-- Lines of the ledger that do not come from the calculation of a month: penalties, benefits, corrections
-- of closed months. They count in the month they are booked in; month is the one they are about.
CREATE TABLE ledger_lines (
    period     date NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    house_id   bigint NOT NULL,
    account_id bigint NOT NULL,
    service    text NOT NULL,
    payee_id   bigint NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('correction', 'benefit', 'penalty')),
    month      date NOT NULL CHECK (month <= period),
    amount     bigint NOT NULL CHECK (amount <> 0),
    reason     text NOT NULL CHECK (reason <> ''),
    document   text NOT NULL DEFAULT '',
    key        text NOT NULL CHECK (key <> ''), -- of whoever writes it: the same line twice is one
    PRIMARY KEY (house_id, account_id, id, period),
    UNIQUE (period, key)
) PARTITION BY RANGE (period);

-- A debt brought in has a month; without one it is older than our records.
ALTER TABLE opening_balances ADD COLUMN month date NOT NULL DEFAULT '1900-01-01' CHECK (extract(day FROM month) = 1 AND month < period);
ALTER TABLE opening_balances DROP CONSTRAINT opening_balances_pkey;
ALTER TABLE opening_balances ADD PRIMARY KEY (account_id, service, payee_id, month);

-- Where the money of a payment went after it arrived: decisions of people, never changed. A payment
-- stands with the account of its last decision, or with the one it came for; with none it is unidentified.
CREATE TABLE payment_decisions (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    payment_id      bigint NOT NULL,
    payment_period  date NOT NULL,
    period          date NOT NULL CHECK (extract(day FROM period) = 1), -- the month it is booked in
    kind            text NOT NULL CHECK (kind IN ('assign', 'move', 'release', 'reverse')),
    from_account    bigint REFERENCES accounts,
    to_account      bigint REFERENCES accounts,
    amount          bigint NOT NULL CHECK (amount > 0),
    key             text, -- of a reversal that an operator reports: the same one twice is one
    reason          text NOT NULL CHECK (reason <> ''),
    decided_by      text NOT NULL CHECK (decided_by <> ''),
    decided_at      timestamptz NOT NULL,
    CHECK (CASE kind
        WHEN 'assign' THEN from_account IS NULL AND to_account IS NOT NULL
        WHEN 'move' THEN from_account IS NOT NULL AND to_account IS NOT NULL AND from_account <> to_account
        WHEN 'release' THEN from_account IS NOT NULL AND to_account IS NULL
        ELSE to_account IS NULL END),
    UNIQUE (organisation_id, key)
);
CREATE INDEX payment_decisions_payment ON payment_decisions (payment_id);
CREATE INDEX payment_decisions_period ON payment_decisions (organisation_id, period);
