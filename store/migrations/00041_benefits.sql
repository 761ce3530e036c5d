-- Exchange with authorities of social protection: what they ask about and what they grant, a person and
-- a service a row. An entry of the same key that differs replaces the one known: the last word counts.

-- +goose Up
CREATE TABLE benefit_entries (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    kind            text NOT NULL CHECK (kind IN ('request', 'grant')),
    last_name       text NOT NULL CHECK (last_name <> ''),
    first_name      text NOT NULL DEFAULT '',
    patronymic      text NOT NULL DEFAULT '',
    born            date,
    account         text NOT NULL DEFAULT '', -- as it came
    address         text NOT NULL DEFAULT '',
    service         text NOT NULL DEFAULT '',
    service_name    text NOT NULL DEFAULT '',
    payee           text NOT NULL DEFAULT '',
    period          date CHECK (extract(day FROM period) = 1),
    area            numeric NOT NULL DEFAULT 0,
    people          integer NOT NULL DEFAULT 0,
    entitled        integer NOT NULL DEFAULT 0,
    tariff          numeric NOT NULL DEFAULT 0,
    volume          numeric NOT NULL DEFAULT 0,
    charged         bigint NOT NULL DEFAULT 0,
    benefit         bigint NOT NULL DEFAULT 0,
    debt            bigint NOT NULL DEFAULT 0,
    debt_since      date,
    debt_months     integer NOT NULL DEFAULT 0,
    until           date,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (organisation_id, kind, account, last_name, first_name, patronymic, born, service_name, payee, period)
);
CREATE INDEX benefit_entries_period ON benefit_entries (organisation_id, period, account);
