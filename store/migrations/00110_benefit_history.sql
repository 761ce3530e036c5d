-- Reports of a past moment read these tables too: benefits, house meters and their readings, numbers of
-- accounts and meters elsewhere, what files stated, and what was exchanged. A closing that was taken back is
-- a change like any other.

-- +goose Up
SELECT track_history(tbl::regclass) FROM unnest(ARRAY['benefit_entries', 'house_meters', 'house_meter_readings', 'point_days',
    'account_references', 'gis_meters', 'payment_packs', 'stated_amounts', 'exchange_journal', 'closings']) AS tbl
WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = tbl::regclass AND a.attname = 'recorded_at');

-- A closing is never deleted, and once taken back it stays so.
CREATE TRIGGER closings_are_kept BEFORE DELETE OR TRUNCATE ON closings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What people did to the exchange by hand belongs to the audit trail too, and its journal only grows.
-- +goose StatementBegin
CREATE FUNCTION audit_exchange() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (actor, action, object, reason, after)
    VALUES (NEW.who, 'exchange.' || NEW.action, 'partner ' || COALESCE(NULLIF(NEW.partner, ''), 'all'), NEW.why, to_jsonb(NEW));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER INSERT ON exchange_journal FOR EACH ROW EXECUTE FUNCTION audit_exchange();
CREATE TRIGGER journal_is_kept BEFORE DELETE OR TRUNCATE ON exchange_journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
