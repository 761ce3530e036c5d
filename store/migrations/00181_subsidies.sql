-- Subsidies (ЖК РФ, ст. 159): a sum a month of a family, put on all that it is charged, of no service.

-- +goose Up
ALTER TABLE benefit_grants ADD COLUMN subsidy boolean NOT NULL DEFAULT false;
-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    SELECT conname INTO STRICT name FROM pg_constraint
    WHERE conrelid = 'benefit_grants'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%amount = 0%service <> %';
    EXECUTE format('ALTER TABLE benefit_grants DROP CONSTRAINT %I', name);
END $$;
-- +goose StatementEnd
ALTER TABLE benefit_grants ADD CHECK (amount = 0 OR service <> '' OR subsidy), ADD CHECK (NOT subsidy OR (amount > 0 AND service = ''));
