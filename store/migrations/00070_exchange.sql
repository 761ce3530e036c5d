-- +goose Up
-- A copy of what was delivered, in the archive: the file it was made of may be written anew, and a later re-send must bring the
-- same bytes.
ALTER TABLE outgoing ADD COLUMN archived text NOT NULL DEFAULT '';

-- What people did to the exchange by hand: a re-send of a past window, a replay of files from the archive.
CREATE TABLE exchange_journal (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    action  text NOT NULL CHECK (action IN ('resend', 'replay')),
    partner text NOT NULL, -- '' for all
    since   timestamptz NOT NULL,
    until   timestamptz NOT NULL,
    who     text NOT NULL CHECK (who <> ''),
    why     text NOT NULL CHECK (why <> ''),
    files   integer NOT NULL
);

-- +goose Down
DROP TABLE exchange_journal;
ALTER TABLE outgoing DROP COLUMN archived;
