-- Facts that the rules of charging ask for beside areas, people and readings: who manages a house and
-- what its owners decided, its equipment, failures of its meters, its months; residents who come and go;
-- acts on meters, on quality, on violations; what waste and heat distributors came to.
-- A fact with days holds them as two columns, so that its first day can be part of its key; the range is
-- made of them, for the exclusion constraint and for looking up a month.

-- +goose Up
ALTER TABLE tariffs ADD COLUMN range_no smallint NOT NULL DEFAULT 0 CHECK (range_no BETWEEN 0 AND 9);
ALTER TABLE tariffs DROP CONSTRAINT tariffs_organisation_id_service_zone_coalesce_valid_excl;
ALTER TABLE tariffs ADD CONSTRAINT tariffs_one_at_a_time EXCLUDE USING gist
    (organisation_id WITH =, service WITH =, zone WITH =, range_no WITH =, COALESCE(house_id, 0) WITH =, valid WITH &&);

ALTER TABLE norms ADD COLUMN part text NOT NULL DEFAULT '' CHECK (part IN ('', 'cooking', 'water_heating', 'heating'));
ALTER TABLE norms DROP CONSTRAINT norms_base_check;
ALTER TABLE norms ADD CONSTRAINT norms_base_check CHECK (base IN ('person', 'area', 'volume'));
ALTER TABLE norms DROP CONSTRAINT norms_organisation_id_service_coalesce_valid_excl;
ALTER TABLE norms ADD CONSTRAINT norms_one_at_a_time EXCLUDE USING gist
    (organisation_id WITH =, service WITH =, part WITH =, COALESCE(house_id, 0) WITH =, valid WITH &&);

-- Upper bounds of ranges of consumption, of all houses or of one.
CREATE TABLE ranges (
    organisation_id bigint NOT NULL REFERENCES organisations,
    house_id        bigint REFERENCES houses,
    service         text NOT NULL,
    range_no        smallint NOT NULL CHECK (range_no BETWEEN 1 AND 9),
    category        text NOT NULL DEFAULT '', -- of house_services
    base            text NOT NULL CHECK (base IN ('account', 'person')),
    up_to           numeric NOT NULL CHECK (up_to >= 0),
    least           numeric NOT NULL DEFAULT 0 CHECK (least >= 0),
    whole           boolean NOT NULL DEFAULT false,
    valid           daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
    document        text NOT NULL DEFAULT '',
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    EXCLUDE USING gist (organisation_id WITH =, COALESCE(house_id, 0) WITH =, service WITH =, range_no WITH =, category WITH =, valid WITH &&)
);

ALTER TABLE house_services
    ADD COLUMN category       text NOT NULL DEFAULT '', -- chooses ranges
    ADD COLUMN equipment      text NOT NULL DEFAULT '', -- parts of a norm that apply, by spaces
    ADD COLUMN own_source     boolean NOT NULL DEFAULT false,
    ADD COLUMN quality        numeric NOT NULL DEFAULT 0 CHECK (quality >= 0),
    ADD COLUMN correspondence numeric NOT NULL DEFAULT 0 CHECK (correspondence >= 0);

-- A meter common to the rooms of a communal flat stands on one of its accounts. Both are rare.
ALTER TABLE meters
    ADD COLUMN common   boolean NOT NULL DEFAULT false,
    ADD COLUMN replaces text NOT NULL DEFAULT ''; -- serial of the meter that stood here before
CREATE INDEX meters_special ON meters (account_id) WHERE common OR replaces <> '';

ALTER TABLE readings ADD COLUMN control boolean NOT NULL DEFAULT false;

CREATE TABLE house_managers (
    house_id   bigint NOT NULL REFERENCES houses,
    manager    text NOT NULL CHECK (manager IN ('company', 'association', 'direct', 'none')),
    valid      daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
    document   text NOT NULL DEFAULT '',
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    EXCLUDE USING gist (house_id WITH =, valid WITH &&)
);

-- What the owners decided on a resource of the common property.
CREATE TABLE house_decisions (
    house_id          bigint NOT NULL REFERENCES houses,
    service           text NOT NULL,
    method            text NOT NULL DEFAULT '' CHECK (method IN ('', 'fact', 'norm', 'norm_then_recalc', 'average')),
    above_norm_shared boolean NOT NULL,
    valid             daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
    document          text NOT NULL DEFAULT '',
    source_id         bigint NOT NULL REFERENCES sources,
    source_pos        bigint NOT NULL,
    EXCLUDE USING gist (house_id WITH =, service WITH =, valid WITH &&)
);

CREATE TABLE house_equipment (
    house_id         bigint NOT NULL REFERENCES houses,
    service          text NOT NULL,
    automatic        boolean NOT NULL, -- the house meter hands in its readings itself
    open_system      boolean NOT NULL,
    norm_before_2012 boolean NOT NULL,
    valid            daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
    document         text NOT NULL DEFAULT '',
    source_id        bigint NOT NULL REFERENCES sources,
    source_pos       bigint NOT NULL,
    EXCLUDE USING gist (house_id WITH =, service WITH =, valid WITH &&)
);

-- Total area of a communal flat, where it is not the sum of its rooms.
CREATE TABLE communal_flats (
    house_id   bigint NOT NULL REFERENCES houses,
    flat       text NOT NULL CHECK (flat <> ''),
    area       numeric NOT NULL CHECK (area > 0),
    valid      daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
    document   text NOT NULL DEFAULT '',
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    EXCLUDE USING gist (house_id WITH =, flat WITH =, valid WITH &&)
);

CREATE TABLE house_meter_failures (
    house_id   bigint NOT NULL REFERENCES houses,
    service    text NOT NULL,
    since      date NOT NULL,
    until      date CHECK (until > since), -- first day on which the meter counts again
    valid      daterange NOT NULL GENERATED ALWAYS AS (daterange(since, until)) STORED,
    document   text NOT NULL DEFAULT '',
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (house_id, service, since),
    EXCLUDE USING gist (house_id WITH =, service WITH =, valid WITH &&)
);

CREATE TABLE house_months (
    period       date NOT NULL CHECK (extract(day FROM period) = 1),
    house_id     bigint NOT NULL REFERENCES houses,
    service      text NOT NULL,
    outside      numeric NOT NULL CHECK (outside >= 0),
    production   numeric NOT NULL CHECK (production >= 0),
    heating_days smallint NOT NULL CHECK (heating_days BETWEEN 0 AND 31),
    outdoor      numeric NOT NULL,
    people       integer NOT NULL CHECK (people >= 0),
    source_id    bigint NOT NULL REFERENCES sources,
    source_pos   bigint NOT NULL,
    PRIMARY KEY (house_id, period, service)
);

-- Heating and hot water made in the house itself: what was spent on it.
CREATE TABLE house_made (
    period     date NOT NULL CHECK (extract(day FROM period) = 1),
    house_id   bigint NOT NULL REFERENCES houses,
    service    text NOT NULL,
    resource   text NOT NULL,
    volume     numeric NOT NULL CHECK (volume >= 0),
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (house_id, period, service, resource)
);

CREATE TABLE waste_containers (
    period     date NOT NULL CHECK (extract(day FROM period) = 1),
    house_id   bigint NOT NULL REFERENCES houses,
    capacity   numeric NOT NULL CHECK (capacity > 0),
    count      integer NOT NULL CHECK (count >= 0),
    removals   integer NOT NULL CHECK (removals >= 0),
    document   text NOT NULL DEFAULT '',
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (house_id, period, capacity, document)
);

CREATE TABLE waste_years (
    period     date NOT NULL CHECK (extract(day FROM period) = 1), -- the month that corrects
    house_id   bigint NOT NULL REFERENCES houses,
    year       smallint NOT NULL,
    cost       bigint NOT NULL CHECK (cost >= 0),
    weight     numeric NOT NULL CHECK (weight > 0),
    document   text NOT NULL DEFAULT '',
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (house_id, year)
);

CREATE TABLE waste_shares (
    account_id bigint NOT NULL REFERENCES accounts,
    year       smallint NOT NULL,
    weight     numeric NOT NULL CHECK (weight >= 0),
    charged    bigint NOT NULL,
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (account_id, year)
);

CREATE TABLE distributor_shares (
    account_id bigint NOT NULL REFERENCES accounts,
    year       smallint NOT NULL,
    value      numeric NOT NULL CHECK (value >= 0),
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (account_id, year)
);

-- Two groups of guests may overlap; one document speaks of one group at a time.
CREATE TABLE stays (
    account_id bigint NOT NULL REFERENCES accounts,
    document   text NOT NULL,
    since      date NOT NULL,
    until      date CHECK (until > since),
    valid      daterange NOT NULL GENERATED ALWAYS AS (daterange(since, until)) STORED,
    people     integer NOT NULL CHECK (people BETWEEN 1 AND 1000),
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (account_id, document, since),
    EXCLUDE USING gist (account_id WITH =, document WITH =, valid WITH &&)
);

CREATE TABLE absences (
    account_id bigint NOT NULL REFERENCES accounts,
    document   text NOT NULL,
    since      date NOT NULL, -- day of leaving
    until      date CHECK (until >= since), -- day of return
    valid      daterange NOT NULL GENERATED ALWAYS AS (daterange(since, until, '[]')) STORED,
    people     integer NOT NULL CHECK (people BETWEEN 1 AND 1000),
    applied    date,
    emergency  boolean NOT NULL,
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (account_id, document, since),
    EXCLUDE USING gist (account_id WITH =, document WITH =, valid WITH &&)
);

CREATE TABLE violations (
    account_id bigint NOT NULL REFERENCES accounts,
    kind       text NOT NULL CHECK (kind IN ('tampering', 'unauthorised')),
    service    text NOT NULL,
    since      date NOT NULL,
    until      date NOT NULL CHECK (until > since),
    valid      daterange NOT NULL GENERATED ALWAYS AS (daterange(since, until)) STORED,
    found      date NOT NULL,
    power      numeric NOT NULL CHECK (power >= 0),
    document   text NOT NULL CHECK (document <> ''),
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (account_id, kind, service, since),
    EXCLUDE USING gist (account_id WITH =, kind WITH =, service WITH =, valid WITH &&)
);

-- A meter fails once at a time; acts on refused access may follow each other while it lasts.
CREATE TABLE meter_events (
    meter_id   bigint NOT NULL REFERENCES meters,
    kind       text NOT NULL CHECK (kind IN ('failed', 'no_access')),
    since      date NOT NULL,
    until      date CHECK (until > since), -- first day on which the meter counts again
    valid      daterange NOT NULL GENERATED ALWAYS AS (daterange(since, until)) STORED,
    document   text NOT NULL DEFAULT '',
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (meter_id, kind, since),
    EXCLUDE USING gist (meter_id WITH =, valid WITH &&) WHERE (kind = 'failed')
);

-- Moments are local time of the house. No accounts: the whole house.
CREATE TABLE quality_acts (
    house_id   bigint NOT NULL REFERENCES houses,
    kind       text NOT NULL CHECK (kind IN ('interruption', 'temperature', 'planned')),
    service    text NOT NULL,
    document   text NOT NULL CHECK (document <> ''),
    began      timestamp NOT NULL,
    ended      timestamp NOT NULL CHECK (ended > began),
    measured   numeric NOT NULL,
    corner     boolean NOT NULL,
    accident   boolean NOT NULL,
    sources    smallint NOT NULL CHECK (sources BETWEEN 0 AND 2),
    accounts   bigint[] NOT NULL,
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (house_id, kind, service, document, began),
    EXCLUDE USING gist (house_id WITH =, kind WITH =, service WITH =, document WITH =, tsrange(began, ended) WITH &&)
);

-- What a charged month leaves to later ones: volumes of the house that no meter shows, and what each of
-- several meters of one service was charged for. Written with the charges of the house.
CREATE TABLE house_results (
    period   date NOT NULL CHECK (extract(day FROM period) = 1),
    house_id bigint NOT NULL REFERENCES houses,
    service  text NOT NULL,
    known    boolean NOT NULL,
    volume   numeric NOT NULL,
    charged  numeric NOT NULL,
    carried  numeric NOT NULL CHECK (carried <= 0),
    PRIMARY KEY (house_id, period, service)
);

CREATE TABLE meter_volumes (
    period   date NOT NULL CHECK (extract(day FROM period) = 1),
    house_id bigint NOT NULL REFERENCES houses,
    meter_id bigint NOT NULL REFERENCES meters,
    zone     text NOT NULL,
    volume   numeric NOT NULL,
    metered  boolean NOT NULL,
    PRIMARY KEY (meter_id, period, zone)
);
CREATE INDEX meter_volumes_house ON meter_volumes (house_id, period);
