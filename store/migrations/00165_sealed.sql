-- What left encrypted: the bytes that were sent, in the archive. A later re-send brings the same ones.

-- +goose Up
ALTER TABLE outgoing ADD COLUMN sealed text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE outgoing DROP COLUMN sealed;
