-- How a claim stands, and how it came to stand so: an append-only history. The last row of a claim is its
-- status; a claim without a row is submitted.

-- +goose Up

-- The allowed changes, the only place where they stand: the history cannot hold another.
CREATE TABLE claim_transitions (
    was    text NOT NULL,
    status text NOT NULL,
    PRIMARY KEY (was, status)
);
INSERT INTO claim_transitions (was, status) VALUES
    ('submitted', 'contact_confirmed'), ('submitted', 'review'), ('submitted', 'linked'), ('submitted', 'refused'),
    ('contact_confirmed', 'review'), ('contact_confirmed', 'linked'), ('contact_confirmed', 'refused'),
    ('review', 'linked'), ('review', 'refused'),
    ('linked', 'blocked'), ('blocked', 'linked'),
    -- a decision taken back is under review again
    ('linked', 'review'), ('refused', 'review'), ('blocked', 'review');

CREATE TABLE claim_events (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id bigint NOT NULL REFERENCES claims,
    was      text NOT NULL,
    status   text NOT NULL,
    reason   text NOT NULL CHECK (reason <> ''),
    actor    text NOT NULL CHECK (actor <> ''),
    at       timestamptz NOT NULL,
    FOREIGN KEY (was, status) REFERENCES claim_transitions
);
CREATE INDEX claim_events_claim ON claim_events (claim_id, id);

-- +goose StatementBegin
CREATE FUNCTION claim_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'claim_events is append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER claim_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_events
    FOR EACH STATEMENT EXECUTE FUNCTION claim_events_stay();

-- Decisions from before the history.
INSERT INTO claim_events (claim_id, was, status, reason, actor, at)
SELECT claim_id, 'submitted', CASE status WHEN 'question' THEN 'review' ELSE status END, reason, decided_by, decided_at
FROM matches WHERE undone_at IS NULL ORDER BY id;

-- Links that somebody took back: the next run must not make them again.
CREATE INDEX matches_undone_links ON matches (claim_id) WHERE undone_at IS NOT NULL AND status = 'linked';
