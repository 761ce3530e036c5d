-- What a house was charged in the month before and in this one, and why the two differ: sums of its accounts that were compared,
-- kopecks, causes in the order of their titles. Houses checked before this know none until their facts change.

-- +goose Up
ALTER TABLE gate_houses ADD COLUMN was bigint NOT NULL DEFAULT 0, ADD COLUMN now bigint NOT NULL DEFAULT 0,
    ADD COLUMN causes bigint[] NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE gate_houses DROP COLUMN was, DROP COLUMN now, DROP COLUMN causes;
