-- A file in which a sender corrected the rejected rows of an earlier one: he sends our answer in again.

-- +goose Up
CREATE TABLE file_corrections (
    file_id     bigint PRIMARY KEY REFERENCES files,
    original_id bigint NOT NULL REFERENCES files CHECK (original_id <> file_id),
    known_by    text NOT NULL CHECK (known_by IN ('digest', 'name')), -- our answer names the digest; only its name is left
    settled     integer NOT NULL DEFAULT 0 CHECK (settled >= 0), -- rejected rows of the original that are in now
    left_over   integer NOT NULL DEFAULT 0 CHECK (left_over >= 0)
);
CREATE INDEX file_corrections_original ON file_corrections (original_id);

-- The file that settled what was wrong with a row.
ALTER TABLE file_problems ADD COLUMN settled_by bigint REFERENCES files;
