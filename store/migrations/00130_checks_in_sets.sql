-- What bulk loads refer to is checked once a statement, for all its rows together. A foreign key is checked
-- row by row: two thirds of the time in which meters were stored went there, most of it on asking a thousand
-- times for the same source and the same organisation.
--
-- The promise stays whole. A row that refers to nothing is refused with the same error and the same name of
-- a constraint. What is referred to cannot be deleted while somebody refers to it: whoever deletes waits for
-- the loads under way and keeps out new ones until it ends, then looks. Nothing of ours deletes such rows.

-- +goose Up

-- check_in_sets replaces foreign keys of a table to the ids of others. References: column, parent, column, parent.
-- +goose StatementBegin
CREATE FUNCTION check_in_sets(tbl regclass, VARIADIC refs text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    body text := '';
    col  text;
    parent text;
    named text;
BEGIN
    FOR i IN 1 .. array_length(refs, 1) / 2 LOOP
        col := refs[2 * i - 1];
        parent := refs[2 * i];
        SELECT c.conname INTO STRICT named FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.conrelid = tbl AND c.contype = 'f' AND cardinality(c.conkey) = 1 AND a.attname = col AND c.confrelid = parent::regclass;
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', tbl, named);
        body := body || format(E'IF EXISTS (SELECT FROM (SELECT DISTINCT %1$I AS id FROM new_rows WHERE %1$I IS NOT NULL) n\n'
            '    WHERE NOT EXISTS (SELECT FROM %2$I p WHERE p.id = n.id)) THEN\n'
            '    RAISE EXCEPTION %3$L USING ERRCODE = ''foreign_key_violation'', CONSTRAINT = %4$L, TABLE = %5$L, COLUMN = %1$L;\nEND IF;\n',
            col, parent, 'a row of ' || tbl || ' refers to no row of ' || parent || ' in ' || col, named, tbl::text);
        EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I FOR EACH STATEMENT EXECUTE FUNCTION keep_out(%L)', 'alone_' || named, parent, tbl::text);
        EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphans(%L, %L, %L)',
            'orphans_' || named, parent, tbl::text, col, named);
        EXECUTE format('CREATE OR REPLACE TRIGGER same_id BEFORE UPDATE OF id ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', parent);
        EXECUTE format('CREATE OR REPLACE TRIGGER not_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', parent);
    END LOOP;
    EXECUTE format(E'CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql AS $f$\nBEGIN\n%sRETURN NULL;\nEND $f$', 'refers_' || tbl, body);
    EXECUTE format('CREATE TRIGGER refers_of_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %I()', tbl, 'refers_' || tbl);
    EXECUTE format('CREATE TRIGGER refers_of_update AFTER UPDATE ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %I()', tbl, 'refers_' || tbl);
END $$;
-- +goose StatementEnd

-- keep_out waits for transactions that write the table and makes later ones wait.
-- +goose StatementBegin
CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', TG_ARGV[0]);
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- refuse_orphans refuses to delete what rows of a table refer to.
-- +goose StatementBegin
CREATE FUNCTION refuse_orphans() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I c JOIN old_rows o ON o.id = c.%I)', TG_ARGV[0], TG_ARGV[1]) INTO found;
    IF found THEN
        RAISE EXCEPTION 'a row of % is still referred to by %', TG_TABLE_NAME, TG_ARGV[0]
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_ARGV[2], TABLE = TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

SELECT check_in_sets('premises', 'house_id', 'houses');
SELECT check_in_sets('accounts', 'organisation_id', 'organisations', 'house_id', 'houses', 'premises_id', 'premises', 'source_id', 'sources');
SELECT check_in_sets('occupancies', 'account_id', 'accounts', 'source_id', 'sources');
SELECT check_in_sets('house_services', 'house_id', 'houses', 'account_id', 'accounts', 'payee_id', 'organisations', 'source_id', 'sources');
SELECT check_in_sets('meters', 'organisation_id', 'organisations', 'account_id', 'accounts', 'source_id', 'sources');
SELECT check_in_sets('opening_balances', 'account_id', 'accounts', 'payee_id', 'organisations', 'source_id', 'sources');
SELECT check_in_sets('claims', 'organisation_id', 'organisations', 'source_id', 'sources');
SELECT check_in_sets('payment_keys', 'organisation_id', 'organisations');
SELECT check_in_sets('file_problems', 'file_id', 'files');
