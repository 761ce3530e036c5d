-- What is printed on payment documents and is no fact of charging.

-- +goose Up
CREATE TABLE instalments (
    account_id bigint NOT NULL REFERENCES accounts,
    period     date NOT NULL CHECK (period = date_trunc('month', period)), -- of the document that it is due with
    document   text NOT NULL CHECK (document <> ''),
    payment    bigint NOT NULL CHECK (payment >= 0),
    interest   bigint NOT NULL CHECK (interest >= 0),
    rate       numeric NOT NULL CHECK (rate >= 0),
    rest       bigint NOT NULL CHECK (rest >= 0),
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (account_id, period, document)
);

CREATE TABLE delivery_addresses (
    account_id   bigint PRIMARY KEY REFERENCES accounts,
    address      text NOT NULL, -- '': at the premises
    postal_index text NOT NULL,
    source_id    bigint NOT NULL REFERENCES sources,
    source_pos   bigint NOT NULL
);

CREATE TABLE postal_indexes (
    house_id     bigint PRIMARY KEY REFERENCES houses,
    postal_index text NOT NULL,
    source_id    bigint NOT NULL REFERENCES sources,
    source_pos   bigint NOT NULL
);
