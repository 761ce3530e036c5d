-- Doubles: a claim, or an account, that says again what another says. Joining keeps both rows and what was decided
-- on them; taking them apart again puts everything back as it was.

-- +goose Up
CREATE TABLE merges (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    kind            text NOT NULL CHECK (kind IN ('claim', 'account')),
    kept            bigint NOT NULL, -- id of a claim or an account
    doubled         bigint NOT NULL CHECK (doubled <> kept),
    since           date, -- of accounts: from this day the double is closed
    before          jsonb NOT NULL, -- how the double stood, and which links were moved
    reason          text NOT NULL CHECK (reason <> ''),
    merged_by       text NOT NULL CHECK (merged_by <> ''),
    merged_at       timestamptz NOT NULL,
    split_by        text,
    split_at        timestamptz,
    split_reason    text,
    CHECK ((kind = 'account') = (since IS NOT NULL)),
    CHECK ((split_by IS NULL) = (split_at IS NULL) AND (split_by IS NULL) = (split_reason IS NULL))
);
CREATE UNIQUE INDEX merges_one_stands ON merges (kind, doubled) WHERE split_at IS NULL;
CREATE INDEX merges_kept ON merges (kind, kept) WHERE split_at IS NULL;

-- A claim joined to another takes no part until they are taken apart; then it is under review.
INSERT INTO claim_transitions (was, status) VALUES
    ('submitted', 'merged'), ('contact_confirmed', 'merged'), ('review', 'merged'), ('linked', 'merged'), ('refused', 'merged'),
    ('blocked', 'merged'), ('merged', 'review');

-- +goose StatementBegin
CREATE FUNCTION audit_merge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit (organisation_id, actor, action, object, reason, after)
        VALUES (NEW.organisation_id, NEW.merged_by, NEW.kind || '.merge', NEW.kind || ' ' || NEW.doubled || ' into ' || NEW.kept, NEW.reason, to_jsonb(NEW));
    ELSE
        INSERT INTO audit (organisation_id, actor, action, object, reason, before, after)
        VALUES (NEW.organisation_id, NEW.split_by, NEW.kind || '.split', NEW.kind || ' ' || NEW.doubled || ' from ' || NEW.kept, NEW.split_reason,
            to_jsonb(OLD), to_jsonb(NEW));
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER INSERT OR UPDATE ON merges FOR EACH ROW EXECUTE FUNCTION audit_merge();
