-- What account and meter numbers look like: by it a number that Excel or a keyboard has spoiled is found
-- among the known ones, to be shown, never to be mended.

-- +goose Up
CREATE FUNCTION likeness(number text) RETURNS text IMMUTABLE PARALLEL SAFE STRICT LANGUAGE sql AS
$$ SELECT ltrim(translate(upper(number), 'АВЕКМНОРСТХУOЗI' || E' \u00A0\u202F\u200B\t-', 'ABEKMH0PCTXY031'), '0') $$;

CREATE INDEX accounts_likeness ON accounts (organisation_id, likeness(number) text_pattern_ops);
CREATE INDEX meters_likeness ON meters (organisation_id, likeness(serial) text_pattern_ops);
