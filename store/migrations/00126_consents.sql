-- What a person said to the use of his data, dated: Федеральный закон от 27.07.2006 № 152-ФЗ, ст. 9 (a consent may be
-- taken back, ч. 2). Nothing said is no consent. Rows are never changed: the last one that begins not later than a day
-- decides for that day.

-- +goose Up
CREATE TABLE claim_consents (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id   bigint NOT NULL REFERENCES claims,
    given      boolean NOT NULL,
    since      date NOT NULL,
    actor      text NOT NULL DEFAULT '', -- '': the registry of the source said so
    source_id  bigint REFERENCES sources,
    source_pos bigint,
    at         timestamptz NOT NULL,
    CHECK ((actor = '') = (source_id IS NOT NULL) AND (source_id IS NULL) = (source_pos IS NULL))
);
CREATE INDEX claim_consents_of ON claim_consents (claim_id, since DESC, id DESC);
CREATE TRIGGER consents_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_consents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose StatementBegin
CREATE FUNCTION consented(claim bigint, on_day date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT COALESCE((SELECT given FROM claim_consents WHERE claim_id = claim AND since <= on_day ORDER BY since DESC, id DESC LIMIT 1), false)
$$;
-- +goose StatementEnd

-- Who last corrected by what right a claim is made; '': it stands as the registry told it.
ALTER TABLE claims ADD COLUMN told_by text NOT NULL DEFAULT '';

-- +goose StatementBegin
CREATE FUNCTION audit_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (organisation_id, actor, action, object, after)
    SELECT c.organisation_id, NEW.actor, CASE WHEN NEW.given THEN 'consent.given' ELSE 'consent.revoked' END, 'claim ' || c.id, to_jsonb(NEW)
    FROM claims c WHERE c.id = NEW.claim_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER INSERT ON claim_consents FOR EACH ROW WHEN (NEW.actor <> '') EXECUTE FUNCTION audit_consent();

-- The audit trail holds the right, not the person.
-- +goose StatementBegin
CREATE FUNCTION audit_right() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (organisation_id, actor, action, object, before, after)
    VALUES (NEW.organisation_id, NEW.told_by, 'claim.right', 'claim ' || NEW.id,
        jsonb_build_object('ground', OLD.ground, 'proxy', OLD.proxy, 'proxy_until', OLD.proxy_until, 'share', OLD.share, 'consent', OLD.consent),
        jsonb_build_object('ground', NEW.ground, 'proxy', NEW.proxy, 'proxy_until', NEW.proxy_until, 'share', NEW.share, 'consent', NEW.consent));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER UPDATE ON claims FOR EACH ROW WHEN (NEW.told_by <> '') EXECUTE FUNCTION audit_right();
