-- Which reports were queued for whom, by which schedule or by whose hand. When one arrived, and how often it
-- was tried, stands with the queued file.

-- +goose Up
CREATE TABLE report_deliveries (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    delivery        text NOT NULL CHECK (delivery <> ''), -- its name in the configuration
    report          text NOT NULL,
    period          date NOT NULL CHECK (extract(day FROM period) = 1),
    row_count       integer NOT NULL,
    moment          timestamptz NOT NULL, -- of the data
    outgoing_id     bigint NOT NULL REFERENCES outgoing,
    queued_at       timestamptz NOT NULL,
    queued_by       text NOT NULL CHECK (queued_by <> '') -- schedule, or who did it by hand
);
CREATE INDEX report_deliveries_outgoing ON report_deliveries (outgoing_id);
CREATE TRIGGER deliveries_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON report_deliveries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE report_deliveries;
