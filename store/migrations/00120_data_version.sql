-- A number that grows with every statement that changes what reports read: a report made at one number is
-- the same at the same number, so it need not be made again (store/dataversion.go).

-- +goose Up
CREATE SEQUENCE data_version;

-- +goose StatementBegin
CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM nextval('data_version');
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- Tables that get a history later get the counter with it.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION track_history(tbl regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now()', tbl);
    EXECUTE format('CREATE TRIGGER recorded BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION renew_recorded()', tbl);
    EXECUTE format('CREATE TRIGGER past_of_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_past()', tbl);
    EXECUTE format('CREATE TRIGGER past_of_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_past()', tbl);
    EXECUTE format('CREATE TRIGGER past_of_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', tbl);
    EXECUTE format('CREATE TRIGGER change_counts AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION count_change()', tbl);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE
    tbl regclass;
BEGIN
    FOR tbl IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'past_of_update' LOOP
        EXECUTE format('CREATE TRIGGER change_counts AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION count_change()', tbl);
    END LOOP;
END $$;
-- +goose StatementEnd
