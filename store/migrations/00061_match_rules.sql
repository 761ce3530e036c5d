-- By which rules a decision on a claim was made, and how much its evidence weighs. Decisions of people have no
-- rules, nor have those from before this column.

-- +goose Up
ALTER TABLE matches ADD COLUMN score int NOT NULL DEFAULT 0, ADD COLUMN rules int CHECK (rules > 0);
