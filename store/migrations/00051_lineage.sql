-- From a file or a topic to its facts: rows of a source lie together, so that a block index finds them at
-- almost no cost to the loads.

-- +goose Up
CREATE INDEX readings_source ON readings USING brin (source_id, source_pos) WITH (pages_per_range = 32);
CREATE INDEX payments_source ON payments USING brin (source_id, source_pos) WITH (pages_per_range = 32);
CREATE INDEX accounts_source ON accounts USING brin (source_id, source_pos) WITH (pages_per_range = 32);
CREATE INDEX occupancies_source ON occupancies USING brin (source_id, source_pos) WITH (pages_per_range = 32);
CREATE INDEX meters_source ON meters USING brin (source_id, source_pos) WITH (pages_per_range = 32);
CREATE INDEX opening_balances_source ON opening_balances USING brin (source_id, source_pos) WITH (pages_per_range = 32);
CREATE INDEX claims_source ON claims USING brin (source_id, source_pos) WITH (pages_per_range = 32);
CREATE INDEX sources_file ON sources (file_id) WHERE file_id IS NOT NULL;
