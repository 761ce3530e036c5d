-- One occupancy of an account at a time: checked once a statement, for all its rows together. The exclusion
-- constraint searched and filled its tree row by row; a third of the time in which accounts were stored went there.
--
-- The promise stays whole. Two that begin on the same day are refused by the unique index. For the others whoever
-- writes occupancies of an organisation waits for the transactions that do so already, and then looks: at READ
-- COMMITTED he sees what they left. At REPEATABLE READ he would not, so that is refused; SERIALIZABLE refuses by itself
-- what contradicts. What overlaps is refused with the same error and the same name of a constraint.

-- +goose Up
ALTER TABLE occupancies DROP CONSTRAINT occupancies_account_id_valid_excl;
CREATE UNIQUE INDEX occupancies_begin ON occupancies (account_id, lower(valid));
DROP INDEX occupancies_account;

-- +goose StatementBegin
CREATE FUNCTION one_occupancy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    org bigint;
    twice bigint;
BEGIN
    IF current_setting('transaction_isolation') = 'repeatable read' THEN
        RAISE EXCEPTION 'occupancies are not written at REPEATABLE READ: overlaps would not be seen' USING ERRCODE = 'feature_not_supported';
    END IF;
    FOR org IN SELECT DISTINCT a.organisation_id FROM new_rows n JOIN accounts a ON a.id = n.account_id ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock('occupancies'::regclass::int, (org % 2147483647)::int);
    END LOOP;
    SELECT n.account_id INTO twice FROM new_rows n JOIN occupancies o ON o.account_id = n.account_id AND o.valid && n.valid
    WHERE lower(o.valid) <> lower(n.valid) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'occupancies of account % overlap', twice
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'occupancies_account_id_valid_excl', TABLE = 'occupancies';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER one_of_insert AFTER INSERT ON occupancies REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION one_occupancy();
CREATE TRIGGER one_of_update AFTER UPDATE ON occupancies REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION one_occupancy();
