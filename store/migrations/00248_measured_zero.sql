-- Zero degrees are a temperature: an act in which nothing was measured has none. It was kept as 0 till now.

-- +goose Up
ALTER TABLE quality_acts ALTER COLUMN measured DROP NOT NULL;
UPDATE quality_acts SET measured = NULL WHERE measured = 0 AND kind <> 'temperature';

-- +goose Down
UPDATE quality_acts SET measured = 0 WHERE measured IS NULL;
ALTER TABLE quality_acts ALTER COLUMN measured SET NOT NULL;
