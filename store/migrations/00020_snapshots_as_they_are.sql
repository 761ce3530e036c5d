-- Snapshots come compressed: PostgreSQL need not try again.

-- +goose Up
ALTER TABLE snapshots ALTER COLUMN body SET STORAGE EXTERNAL;
-- +goose StatementBegin
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'snapshots'::regclass LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN body SET STORAGE EXTERNAL', part);
    END LOOP;
END $$;
-- +goose StatementEnd
