-- A payment is divided once: the first part of each payment (of a decision on it, of an offset) and account is
-- unique, whatever debts the parts pay. The key before let a payment be divided twice over different debts, and
-- its nine columns cost as much as storing the parts. Months that have parts keep that key beside it.

-- +goose Up
ALTER TABLE payment_parts ADD COLUMN part integer NOT NULL DEFAULT 0; -- from 1 on within payment, entry and account; 0: older than this column
ALTER TABLE past_payment_parts ADD COLUMN part integer;
SELECT track_apart('payment_parts');

ALTER TABLE payment_parts DROP CONSTRAINT payment_parts_pkey;
-- +goose StatementBegin
DO $$
DECLARE month regclass;
        stands boolean;
BEGIN
    FOR month IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'payment_parts'::regclass LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', month) INTO stands;
        IF stands THEN
            EXECUTE format('CREATE UNIQUE INDEX %I ON %s (house_id, account_id, payment_id, entry, service, payee_id, month, kind)',
                month::text || '_key', month);
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE INDEX payment_parts_account ON payment_parts (house_id, account_id);
CREATE UNIQUE INDEX payment_parts_once ON payment_parts (payment_id, entry, account_id, period) WHERE part = 1;
