-- Nine lines in ten are plain: a base line without zone, range, coefficient, resource of its own, reason or
-- document. The charge run stores them without these columns (store/chargerows.go).

-- +goose Up
ALTER TABLE charges
    ALTER COLUMN kind SET DEFAULT 'base',
    ALTER COLUMN zone SET DEFAULT '',
    ALTER COLUMN coefficient SET DEFAULT 0,
    ALTER COLUMN range_no SET DEFAULT 0,
    ALTER COLUMN resource SET DEFAULT '',
    ALTER COLUMN reason SET DEFAULT '',
    ALTER COLUMN document SET DEFAULT '';
