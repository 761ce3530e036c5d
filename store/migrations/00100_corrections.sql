-- Corrections of closed months: what a late fact comes to is booked in the open month as lines of the
-- ledger; the facts that it was computed from stay beside the snapshot that was issued.

-- +goose Up
-- Why a line was booked (a code), in which round of corrections of its month, and the facts that it rests on
-- as housing.Source writes them.
ALTER TABLE ledger_lines ADD COLUMN cause text NOT NULL DEFAULT '';
ALTER TABLE ledger_lines ADD COLUMN round integer NOT NULL DEFAULT 0;
ALTER TABLE ledger_lines ADD COLUMN sources text[] NOT NULL DEFAULT '{}';
CREATE INDEX ledger_lines_sources ON ledger_lines USING gin (sources) WHERE cause <> '';

-- The facts of a house in a closed month after a round of corrections. Round 0 is the snapshot that was
-- issued; the next correction is computed against the last round.
CREATE TABLE corrected_months (
    house_id bigint NOT NULL REFERENCES houses,
    month    date NOT NULL CHECK (extract(day FROM month) = 1),
    round    integer NOT NULL CHECK (round > 0),
    period   date NOT NULL CHECK (period > month), -- the month it is booked in
    engine   text NOT NULL,
    sha256   text NOT NULL,
    body     bytea NOT NULL, -- canonical JSON, zstd
    made_at  timestamptz NOT NULL,
    PRIMARY KEY (house_id, month, round)
);

-- What a meter came to in a month that was corrected: takes the place of what was charged where later
-- months look back.
CREATE TABLE corrected_volumes (
    period   date NOT NULL CHECK (extract(day FROM period) = 1),
    house_id bigint NOT NULL REFERENCES houses,
    meter_id bigint NOT NULL REFERENCES meters,
    zone     text NOT NULL,
    volume   numeric NOT NULL,
    metered  boolean NOT NULL,
    PRIMARY KEY (meter_id, period, zone)
);
CREATE INDEX corrected_volumes_house ON corrected_volumes (house_id);

-- Up to which moment the facts recorded were compared with a closed month.
CREATE TABLE correction_marks (
    organisation_id bigint NOT NULL REFERENCES organisations,
    month           date NOT NULL CHECK (extract(day FROM month) = 1),
    seen            timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, month)
);

-- Readings know no moment at which they were recorded; those of a closed month are noted here. The trigger
-- stands on partitions of closed months only, so that an open month pays nothing for it.
CREATE TABLE late_readings (
    meter_id    bigint NOT NULL,
    period      date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX late_readings_recorded ON late_readings (recorded_at);

-- +goose StatementBegin
CREATE FUNCTION note_late_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO late_readings (meter_id, period) VALUES (OLD.meter_id, OLD.period);
    ELSE
        INSERT INTO late_readings (meter_id, period) VALUES (NEW.meter_id, NEW.period);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE
    part text;
BEGIN
    FOR part IN SELECT DISTINCT 'readings_' || to_char(period, 'YYYY_MM') FROM closings WHERE reopened_at IS NULL LOOP
        IF to_regclass(part) IS NOT NULL THEN
            EXECUTE format('CREATE TRIGGER late AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION note_late_reading()', part);
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd
