-- Money spent on houses by article, for the balance of houses; the ledger of accounts does not know it.

-- +goose Up
CREATE TABLE house_expenses (
    house_id   bigint NOT NULL REFERENCES houses,
    period     date NOT NULL CHECK (period = date_trunc('month', period)),
    article    text NOT NULL CHECK (article <> ''),
    document   text NOT NULL,
    amount     bigint NOT NULL,
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (house_id, period, article, document)
);
SELECT track_history('house_expenses');
