-- House meters, their readings, and the days that automatic systems report of their measuring points.
-- The volume of a month is made of either: see store/housemeters.go.

-- +goose Up
CREATE TABLE house_meters (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    house_id        bigint NOT NULL REFERENCES houses,
    service         text NOT NULL,
    serial          text NOT NULL CHECK (serial <> ''),
    zones           smallint NOT NULL CHECK (zones BETWEEN 1 AND 3),
    coefficient     numeric NOT NULL DEFAULT 1 CHECK (coefficient > 0),
    point           text NOT NULL DEFAULT '',
    commissioned    date,
    verify_by       date,
    closed          date,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    UNIQUE (organisation_id, house_id, service, serial)
);
CREATE UNIQUE INDEX house_meters_point ON house_meters (organisation_id, point) WHERE point <> '';

CREATE TABLE house_meter_readings (
    house_meter_id bigint NOT NULL REFERENCES house_meters,
    zone           text NOT NULL DEFAULT '',
    taken_on       date NOT NULL,
    value          numeric NOT NULL CHECK (value >= 0),
    source_id      bigint NOT NULL REFERENCES sources,
    source_pos     bigint NOT NULL,
    PRIMARY KEY (house_meter_id, zone, taken_on)
);

-- Days of points that no house meter is known for wait here until one is.
CREATE TABLE point_days (
    organisation_id bigint NOT NULL REFERENCES organisations,
    point           text NOT NULL CHECK (point <> ''),
    channel         text NOT NULL,
    day             date NOT NULL,
    sender          text NOT NULL DEFAULT '',
    system          text NOT NULL DEFAULT '',
    number          integer NOT NULL,
    volume          numeric NOT NULL,
    periods         integer NOT NULL,
    doubtful        integer NOT NULL DEFAULT 0,
    missing         integer NOT NULL DEFAULT 0,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (organisation_id, point, channel, day)
);
