-- A file that was sent again still belongs to the window in which it first went out: a partner may lose a day twice.

-- +goose Up
ALTER TABLE outgoing ADD COLUMN first_delivered_at timestamptz;
UPDATE outgoing SET first_delivered_at = delivered_at;

-- +goose Down
ALTER TABLE outgoing DROP COLUMN first_delivered_at;
