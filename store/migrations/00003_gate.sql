-- The check before issue: which accounts are held back, and who decided what on them.

-- +goose Up
-- A house that the check has looked at: the digest of all that the verdict hangs on.
CREATE TABLE gate_houses (
    period   date NOT NULL CHECK (extract(day FROM period) = 1),
    house_id bigint NOT NULL REFERENCES houses,
    basis    text NOT NULL,
    compared boolean NOT NULL, -- with the month before; false in a first month
    accounts integer NOT NULL,
    PRIMARY KEY (period, house_id)
);

-- A hold, by what it was made on (digest): when the facts change, the row stands no longer, but stays
-- with its decision, and counts again if the same facts come back.
CREATE TABLE gate_holds (
    period     date NOT NULL CHECK (extract(day FROM period) = 1),
    house_id   bigint NOT NULL REFERENCES houses,
    account_id bigint NOT NULL REFERENCES accounts,
    digest     text NOT NULL,
    code       text NOT NULL,
    reason     text NOT NULL,
    was        bigint NOT NULL,
    now        bigint NOT NULL,
    change     jsonb NOT NULL, -- split by cause and service
    stands     boolean NOT NULL,
    status     text NOT NULL CHECK (status IN ('held', 'released', 'returned')),
    decided_by text,
    decided_at timestamptz,
    comment    text NOT NULL DEFAULT '',
    PRIMARY KEY (period, account_id, digest),
    CHECK ((status = 'held') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX gate_holds_one_stands ON gate_holds (period, account_id) WHERE stands;
CREATE INDEX gate_holds_house ON gate_holds (house_id, period);
