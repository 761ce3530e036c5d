-- What rows of the large tables said before is kept in tables of the same columns instead of past_rows: a month
-- that is drawn up anew puts aside as many rows as it has, and writing each as jsonb took a third of that time.
-- What past_rows has of them stays there; reports of a past moment read both (store/asof.go).

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION keep_past_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO %I (%s, replaced_at) SELECT %2$s, now() FROM old_rows WHERE recorded_at < now()', 'past_' || TG_TABLE_NAME, TG_ARGV[0]);
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- track_apart keeps the past of a tracked table apart. A migration that adds columns to the table adds them to
-- past_<table> too and calls it again.
-- +goose StatementBegin
CREATE FUNCTION track_apart(tbl text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    columns text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = tbl::regclass AND attnum > 0 AND NOT attisdropped);
    past    text := 'past_' || tbl;
    event   text;
BEGIN
    IF to_regclass(quote_ident(past)) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE %I)', past, tbl);
        EXECUTE format('ALTER TABLE %I ADD COLUMN replaced_at timestamptz NOT NULL', past);
        EXECUTE format('CREATE INDEX ON %I USING brin (replaced_at)', past);
        EXECUTE format('CREATE TRIGGER past_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', past);
    END IF;
    FOREACH event IN ARRAY ARRAY['update', 'delete'] LOOP
        EXECUTE format('DROP TRIGGER past_of_%s ON %I', event, tbl);
        EXECUTE format('CREATE TRIGGER past_of_%s AFTER %1$s ON %I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_past_apart(%L)',
            event, tbl, columns);
    END LOOP;
END $$;
-- +goose StatementEnd

SELECT track_apart(tbl) FROM unnest(ARRAY['charges', 'payment_parts', 'ledger_lines', 'balances', 'debts']) AS tbl;
