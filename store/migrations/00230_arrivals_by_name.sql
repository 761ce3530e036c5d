-- Traces look for the arrivals of a file by its name, for the cover that it came in, and for links to an account that were taken back.

-- +goose Up
CREATE INDEX file_arrivals_name ON file_arrivals (name);
CREATE INDEX matches_account_undone ON matches (account_id) WHERE undone_at IS NOT NULL;

-- +goose Down
DROP INDEX matches_account_undone;
DROP INDEX file_arrivals_name;
