-- Reports of a past moment read these tables too.

-- +goose Up
SELECT track_history(tbl::regclass) FROM unnest(ARRAY['readings', 'issued_documents']) AS tbl;
