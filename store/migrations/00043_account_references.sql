-- Numbers under which others know our accounts. One number of a kind leads to one account.

-- +goose Up
CREATE TABLE account_references (
    organisation_id bigint NOT NULL REFERENCES organisations,
    kind            text NOT NULL CHECK (kind IN ('legacy', 'supplier', 'social')),
    number          text NOT NULL CHECK (number <> ''),
    account_id      bigint NOT NULL REFERENCES accounts,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (organisation_id, kind, number)
);
CREATE INDEX account_references_account ON account_references (account_id);

-- Numbers that ГИС ЖКХ gave to meters. A number leads to one meter: an individual one, or that of a house.
CREATE TABLE gis_meters (
    organisation_id bigint NOT NULL REFERENCES organisations,
    number          text NOT NULL CHECK (number <> ''),
    meter_id        bigint REFERENCES meters,
    house_meter_id  bigint REFERENCES house_meters,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (organisation_id, number),
    CHECK ((meter_id IS NULL) <> (house_meter_id IS NULL))
);
CREATE INDEX gis_meters_meter ON gis_meters (meter_id);
