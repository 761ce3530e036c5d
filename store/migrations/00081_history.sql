-- Two time axes, the closing of a month and the audit trail.
--
-- Every tracked row says since when it stands as it is (recorded_at: the beginning of the transaction).
-- What it said before goes to past_rows when it is changed or deleted. Reports of a past moment are read
-- through temporary views of the same names (store/asof.go), so that no report needs to know of it.

-- +goose Up
CREATE TABLE past_rows (
    tbl         text NOT NULL,
    recorded_at timestamptz NOT NULL,
    replaced_at timestamptz NOT NULL,
    content     jsonb NOT NULL
);
CREATE INDEX past_rows_of ON past_rows (tbl, replaced_at);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are never changed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'KV002';
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION keep_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO past_rows (tbl, recorded_at, replaced_at, content)
    SELECT TG_TABLE_NAME, o.recorded_at, now(), to_jsonb(o) FROM old_rows o WHERE o.recorded_at < now();
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION renew_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded_at := now();
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- track_history begins to keep what rows of a table said before. A migration that makes a table that
-- reports read calls it.
-- +goose StatementBegin
CREATE FUNCTION track_history(tbl regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now()', tbl);
    EXECUTE format('CREATE TRIGGER recorded BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION renew_recorded()', tbl);
    EXECUTE format('CREATE TRIGGER past_of_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_past()', tbl);
    EXECUTE format('CREATE TRIGGER past_of_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_past()', tbl);
    EXECUTE format('CREATE TRIGGER past_of_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', tbl);
END $$;
-- +goose StatementEnd

SELECT track_history(tbl::regclass) FROM unnest(ARRAY['organisations', 'houses', 'premises', 'accounts', 'occupancies', 'house_services',
    'tariffs', 'norms', 'meters', 'house_volumes', 'opening_balances', 'claims', 'matches', 'gate_houses', 'gate_holds', 'runs',
    'charged_houses', 'charges', 'findings', 'balances', 'debts', 'ledger_lines', 'payments', 'payment_parts', 'payment_decisions',
    'documents', 'files', 'file_problems', 'bank_statements', 'bank_documents', 'ranges', 'house_managers', 'house_decisions', 'house_equipment',
    'communal_flats', 'house_meter_failures', 'house_months', 'house_made', 'waste_containers', 'waste_years', 'waste_shares',
    'distributor_shares', 'stays', 'absences', 'violations', 'meter_events', 'quality_acts']) AS tbl;

CREATE TRIGGER past_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON past_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decisions_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A report given out: what its head said, and the digest of the file, by which the same file can be
-- made again and proved to be the same.
CREATE TABLE publications (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    period          date NOT NULL,
    name            text NOT NULL,
    sha256          text NOT NULL,
    row_count       integer NOT NULL,
    moment          timestamptz NOT NULL, -- of the data
    as_of           timestamptz NOT NULL, -- as the head says
    run_id          bigint NOT NULL,
    engine          text NOT NULL,
    organisation    jsonb NOT NULL
);
CREATE INDEX publications_of ON publications (organisation_id, period, name, moment);
CREATE TRIGGER publications_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON publications FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A closed month. Opening it again keeps the row.
CREATE TABLE closings (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    period          date NOT NULL CHECK (extract(day FROM period) = 1),
    totals          jsonb NOT NULL,
    checks          jsonb NOT NULL,
    closed_by       text NOT NULL CHECK (closed_by <> ''),
    closed_at       timestamptz NOT NULL,
    reopened_by     text,
    reopened_at     timestamptz,
    reason          text NOT NULL DEFAULT '',
    CHECK ((reopened_by IS NULL) = (reopened_at IS NULL)),
    CHECK (reopened_by IS NULL OR reason <> '')
);
CREATE UNIQUE INDEX closings_one_stands ON closings (organisation_id, period) WHERE reopened_at IS NULL;

-- refuse_closed stands on the partitions of a month from its closing on, so that an open month pays nothing for it.
-- +goose StatementBegin
CREATE FUNCTION refuse_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    r jsonb;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'TRUNCATE of % is refused: the month was closed', TG_TABLE_NAME USING ERRCODE = 'KV001';
    END IF;
    FOREACH r IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[to_jsonb(NEW)] WHEN 'DELETE' THEN ARRAY[to_jsonb(OLD)]
            ELSE ARRAY[to_jsonb(OLD), to_jsonb(NEW)] END LOOP
        IF EXISTS (
            SELECT FROM closings c
            WHERE c.period = (r ->> 'period')::date AND c.reopened_at IS NULL AND c.organisation_id = COALESCE(
                (r ->> 'organisation_id')::bigint, (SELECT h.organisation_id FROM houses h WHERE h.id = (r ->> 'house_id')::bigint))) THEN
            RAISE EXCEPTION '% of % is refused: month % is closed', TG_OP, TG_TABLE_NAME, left(r ->> 'period', 7) USING ERRCODE = 'KV001';
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
CREATE TRIGGER closed BEFORE INSERT OR UPDATE OR DELETE ON charged_houses FOR EACH ROW EXECUTE FUNCTION refuse_closed();

-- Who decided what, when, what it was before and after. A chain of digests shows a row that was taken out.
CREATE TABLE audit (
    id              bigint PRIMARY KEY,
    organisation_id bigint REFERENCES organisations,
    at              timestamptz NOT NULL,
    actor           text NOT NULL CHECK (actor <> ''),
    action          text NOT NULL CHECK (action <> ''),
    object          text NOT NULL,
    reason          text NOT NULL DEFAULT '',
    before          jsonb,
    after           jsonb,
    digest          text NOT NULL -- of this row and the digest before it
);
CREATE INDEX audit_at ON audit (organisation_id, at);

-- +goose StatementBegin
CREATE FUNCTION audit_digest(previous text, a audit) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(concat_ws(E'\n', previous, a.id, a.organisation_id, extract(epoch FROM a.at)::text, a.actor, a.action,
        a.object, a.reason, COALESCE(a.before::text, '-'), COALESCE(a.after::text, '-')), 'UTF8')), 'hex')
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous audit;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('kvitok audit', 0));
    SELECT * INTO previous FROM audit ORDER BY id DESC LIMIT 1;
    NEW.id := COALESCE(previous.id, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.digest := audit_digest(COALESCE(previous.digest, ''), NEW);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What people decide is noted by the database itself, whichever program writes it.
-- +goose StatementBegin
CREATE FUNCTION audit_match() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    organisation bigint := (SELECT organisation_id FROM claims WHERE id = NEW.claim_id);
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit (organisation_id, actor, action, object, reason, after)
        VALUES (organisation, COALESCE(NULLIF(NEW.decided_by, ''), 'unknown'), 'match.' || NEW.status, 'claim ' || NEW.claim_id, COALESCE(NEW.evidence ->> 'comment', ''), to_jsonb(NEW));
    ELSE
        INSERT INTO audit (organisation_id, actor, action, object, before, after)
        VALUES (organisation, NEW.undone_by, 'match.undo', 'claim ' || NEW.claim_id, to_jsonb(OLD), to_jsonb(NEW));
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER INSERT ON matches FOR EACH ROW WHEN (NEW.decided_by <> 'kvitok') EXECUTE FUNCTION audit_match();
CREATE TRIGGER audit_undone AFTER UPDATE ON matches FOR EACH ROW
    WHEN (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL AND NEW.undone_by <> 'kvitok' AND OLD.status <> 'question') EXECUTE FUNCTION audit_match();

-- +goose StatementBegin
CREATE FUNCTION audit_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (organisation_id, actor, action, object, reason, before, after)
    SELECT a.organisation_id, NEW.decided_by, 'gate.' || NEW.status, 'account ' || a.number || ' ' || left(NEW.period::text, 7), NEW.comment,
        to_jsonb(OLD) - 'change', to_jsonb(NEW) - 'change' FROM accounts a WHERE a.id = NEW.account_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER UPDATE ON gate_holds FOR EACH ROW
    WHEN (NEW.decided_by IS NOT NULL AND (NEW.status, NEW.comment) IS DISTINCT FROM (OLD.status, OLD.comment)) EXECUTE FUNCTION audit_hold();

-- +goose StatementBegin
CREATE FUNCTION audit_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (organisation_id, actor, action, object, reason, after)
    SELECT NEW.organisation_id, NEW.decided_by, 'payment.' || NEW.kind, 'payment ' || p.key, NEW.reason, to_jsonb(NEW) || jsonb_build_object(
        'from', (SELECT number FROM accounts WHERE id = NEW.from_account), 'to', (SELECT number FROM accounts WHERE id = NEW.to_account))
    FROM payments p WHERE p.id = NEW.payment_id AND p.period = NEW.payment_period;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER INSERT ON payment_decisions FOR EACH ROW EXECUTE FUNCTION audit_payment();

-- +goose StatementBegin
CREATE FUNCTION audit_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit (organisation_id, actor, action, object, after)
        VALUES (NEW.organisation_id, NEW.closed_by, 'month.close', left(NEW.period::text, 7), to_jsonb(NEW));
    ELSE
        INSERT INTO audit (organisation_id, actor, action, object, reason, before, after)
        VALUES (NEW.organisation_id, NEW.reopened_by, 'month.reopen', left(NEW.period::text, 7), NEW.reason, to_jsonb(OLD), to_jsonb(NEW));
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER INSERT OR UPDATE ON closings FOR EACH ROW EXECUTE FUNCTION audit_closing();

-- +goose StatementBegin
CREATE FUNCTION audit_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (organisation_id, actor, action, object, before, after)
    VALUES (NEW.id, 'configuration', 'organisation.change', 'organisation ' || NEW.inn, to_jsonb(OLD), to_jsonb(NEW));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER UPDATE ON organisations FOR EACH ROW EXECUTE FUNCTION audit_organisation();
