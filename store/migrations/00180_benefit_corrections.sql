-- What late facts change of benefits in closed months, booked in the open one: what the budget owes for discounts
-- and what is paid to citizens. The discount itself is a line of the ledger beside it.

-- +goose Up
CREATE TABLE benefit_corrections (
    period     date NOT NULL CHECK (extract(day FROM period) = 1), -- the month it is booked in
    month      date NOT NULL CHECK (extract(day FROM month) = 1 AND month < period),
    house_id   bigint NOT NULL REFERENCES houses,
    account_id bigint NOT NULL REFERENCES accounts,
    round      integer NOT NULL CHECK (round > 0),
    person_id  bigint NOT NULL REFERENCES beneficiaries,
    category   text NOT NULL,
    mode       text NOT NULL CHECK (mode IN ('discount', 'compensation')),
    service    text NOT NULL,
    payee_id   bigint NOT NULL REFERENCES organisations,
    cause      text NOT NULL,
    reason     text NOT NULL CHECK (reason <> ''),
    amount     bigint NOT NULL CHECK (amount <> 0), -- positive: for the citizen
    document   text NOT NULL,
    PRIMARY KEY (house_id, month, round, account_id, person_id, category, mode, service, payee_id, cause)
);
CREATE INDEX benefit_corrections_booked ON benefit_corrections (period, house_id);

CREATE TRIGGER closed BEFORE INSERT OR UPDATE OR DELETE ON benefit_corrections FOR EACH ROW EXECUTE FUNCTION refuse_closed();

SELECT track_history('benefit_corrections');
