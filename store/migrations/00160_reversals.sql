-- Rows of registries that take a payment back (сторно, возврат), each as it came. The money of the payment is moved by a
-- decision (payment_decisions); a row that has found no payment yet is told among the unidentified ones.

-- +goose Up
CREATE TABLE payment_reversals (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    period          date NOT NULL CHECK (extract(day FROM period) = 1), -- the month that the row came in
    key             text NOT NULL CHECK (key <> ''), -- the operator's own number of the row: the same one twice is one
    of_keys         text[] NOT NULL DEFAULT '{}', -- numbers of the payment that it takes back, the likeliest first
    account         text NOT NULL,
    payee_id        bigint NOT NULL REFERENCES organisations,
    payer           text NOT NULL DEFAULT '',
    address         text NOT NULL DEFAULT '',
    paid_on         date NOT NULL,
    amount          bigint NOT NULL CHECK (amount > 0),
    transfer        bigint NOT NULL,
    fee             bigint NOT NULL,
    order_no        text NOT NULL DEFAULT '',
    order_date      date,
    why             text NOT NULL DEFAULT '', -- in Russian: why no payment is taken back by it yet
    decision_id     bigint REFERENCES payment_decisions, -- that took the payment back
    dismissed_by    text, -- who said that nothing is to be taken back by it
    dismissed_at    timestamptz,
    dismissed_why   text,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    CHECK ((dismissed_by IS NULL) = (dismissed_at IS NULL) AND (dismissed_by IS NULL) = (dismissed_why IS NULL)),
    CHECK (dismissed_by IS NULL OR dismissed_by <> '' AND dismissed_why <> '' AND decision_id IS NULL),
    UNIQUE (organisation_id, key)
);
CREATE INDEX payment_reversals_open ON payment_reversals (organisation_id) WHERE decision_id IS NULL AND dismissed_by IS NULL;
CREATE INDEX payment_reversals_period ON payment_reversals (organisation_id, period);
CREATE INDEX payment_reversals_decision ON payment_reversals (decision_id);
SELECT track_history('payment_reversals');

-- +goose StatementBegin
CREATE FUNCTION audit_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (organisation_id, actor, action, object, reason, before, after)
    VALUES (NEW.organisation_id, NEW.dismissed_by, 'payment.dismiss', 'reversal ' || NEW.key, NEW.dismissed_why, to_jsonb(OLD), to_jsonb(NEW));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_dismissed AFTER UPDATE ON payment_reversals FOR EACH ROW
    WHEN (NEW.dismissed_by IS NOT NULL AND OLD.dismissed_by IS NULL) EXECUTE FUNCTION audit_reversal();

-- +goose Down
DROP TABLE payment_reversals;
DROP FUNCTION audit_reversal;
