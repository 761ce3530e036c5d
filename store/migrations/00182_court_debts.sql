-- Debts that a court confirmed (ЖК РФ, ст. 159 ч. 5, ст. 160 ч. 3): what the authority of social protection may be told.

-- +goose Up
CREATE TABLE court_debts (
    account_id   bigint NOT NULL REFERENCES accounts,
    court        text NOT NULL CHECK (court <> ''),
    number       text NOT NULL CHECK (number <> ''),
    service      text NOT NULL, -- '': of all
    in_force     date NOT NULL,
    from_month   date NOT NULL CHECK (extract(day FROM from_month) = 1),
    through_month date NOT NULL CHECK (extract(day FROM through_month) = 1 AND through_month >= from_month),
    amount       bigint NOT NULL CHECK (amount > 0),
    paid         bigint NOT NULL CHECK (paid BETWEEN 0 AND amount),
    source_id    bigint NOT NULL REFERENCES sources,
    source_pos   bigint NOT NULL,
    PRIMARY KEY (account_id, court, number, service)
);

SELECT track_history('court_debts');
