-- Payment documents by e-mail: who wants them, what was sent, which addresses are not written to any more.

-- +goose Up
CREATE TABLE delivery_wishes (
    account_id   bigint PRIMARY KEY REFERENCES accounts,
    wish         text NOT NULL CHECK (wish IN ('paper', 'email', 'both')),
    email        text NOT NULL DEFAULT '',
    confirmed_on date,
    confirmed_by text NOT NULL DEFAULT '' CHECK (confirmed_by IN ('', 'office', 'reply')),
    consented_on date,
    document     text NOT NULL DEFAULT '',
    source_id    bigint NOT NULL REFERENCES sources,
    source_pos   bigint NOT NULL,
    CHECK (wish = 'paper' OR (email <> '' AND confirmed_on IS NOT NULL AND consented_on IS NOT NULL))
);

-- Addresses that get no letters: until the office confirms one anew, on a later day.
CREATE TABLE letter_stops (
    organisation_id bigint NOT NULL REFERENCES organisations,
    email           text NOT NULL,
    reason          text NOT NULL CHECK (reason IN ('bounced', 'refused', 'unsubscribed')),
    stopped_on      date NOT NULL,
    answer          text NOT NULL DEFAULT '', -- of the mail server
    PRIMARY KEY (organisation_id, email)
);

-- A letter carries one version of one document to one address, once.
CREATE TABLE letters (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    account_id      bigint NOT NULL REFERENCES accounts,
    house_id        bigint NOT NULL REFERENCES houses,
    period          date NOT NULL,
    version         integer NOT NULL, -- of the document
    email           text NOT NULL,
    domain          text NOT NULL,
    token           uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE, -- of the Message-ID and of unsubscribing; never changes, so that a repetition is known
    state           text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'deferred', 'sent', 'refused', 'bounced', 'unsubscribed', 'withdrawn')),
    attempts        integer NOT NULL DEFAULT 0,
    unknown         integer NOT NULL DEFAULT 0, -- attempts whose outcome nobody knows: the letter may have arrived by them too
    retry_at        timestamptz,
    code            text NOT NULL DEFAULT '', -- "550 5.1.1"
    answer          text NOT NULL DEFAULT '', -- of the mail server, or of the report that came back
    queued_at       timestamptz NOT NULL,
    sent_at         timestamptz,
    ended_at        timestamptz, -- refused, bounced, unsubscribed or withdrawn
    UNIQUE (account_id, period, version, email)
);
CREATE INDEX letters_waiting ON letters (organisation_id, id) WHERE state IN ('queued', 'deferred');
CREATE INDEX letters_of_month ON letters (organisation_id, period);
CREATE INDEX letters_to ON letters (organisation_id, email);

-- Written before the mail server is spoken to, in a transaction of its own: an attempt without an end was killed.
CREATE TABLE letter_attempts (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    letter_id bigint NOT NULL REFERENCES letters,
    domain    text NOT NULL,
    began_at  timestamptz NOT NULL,
    ended_at  timestamptz,
    outcome   text NOT NULL DEFAULT ''
);
CREATE INDEX letter_attempts_of ON letter_attempts (letter_id);
CREATE INDEX letter_attempts_at ON letter_attempts (began_at);

-- Accounts that the print file of a house left out when it was drawn.
CREATE TABLE print_skips (
    house_id bigint NOT NULL REFERENCES houses,
    period   date NOT NULL,
    accounts bigint[] NOT NULL,
    PRIMARY KEY (house_id, period)
);

-- Who gets letters.
CREATE VIEW letter_recipients AS
SELECT a.organisation_id, a.house_id, w.account_id, w.wish, w.email
FROM delivery_wishes w JOIN accounts a ON a.id = w.account_id
WHERE w.wish <> 'paper' AND NOT EXISTS (
    SELECT FROM letter_stops s WHERE s.organisation_id = a.organisation_id AND s.email = w.email AND s.stopped_on >= w.confirmed_on);

SELECT track_history(tbl::regclass) FROM unnest(ARRAY['delivery_wishes', 'letter_stops', 'letters', 'print_skips']) AS tbl;

-- +goose Down
DROP VIEW letter_recipients;
DROP TABLE print_skips, letter_attempts, letters, letter_stops, delivery_wishes;
