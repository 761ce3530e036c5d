-- Which text of a format profile read a file: the first digits of its SHA-256. The audit trail has the texts of users' own.

-- +goose Up
ALTER TABLE files ADD COLUMN profile text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE files DROP COLUMN profile;
