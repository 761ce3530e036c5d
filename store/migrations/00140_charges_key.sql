-- The key of a line stands on each month's partition and leaves the month out, which the partition
-- holds anyway: a fourth of the time of storing charges went into the wider key. A first run of many
-- houses makes it when all lines are there (store/monthkey.go).

-- +goose Up
ALTER TABLE charges DROP CONSTRAINT charges_pkey;
-- +goose StatementBegin
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'charges'::regclass LOOP
        EXECUTE format('CREATE UNIQUE INDEX %I ON %s (house_id, account_id, line)', part::text || '_key', part);
    END LOOP;
END $$;
-- +goose StatementEnd
