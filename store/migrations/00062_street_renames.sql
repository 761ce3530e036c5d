-- Streets that bear another name since a day: registries of residents name them as before for years.

-- +goose Up
CREATE TABLE street_renames (
    organisation_id bigint NOT NULL REFERENCES organisations,
    was             text NOT NULL CHECK (was <> ''),
    now             text NOT NULL CHECK (now <> '' AND now <> was),
    since           date NOT NULL,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (organisation_id, was, now)
);
