-- The domain: who bills whom for what, what is known since when, what was charged and paid.
-- Every table hangs on an organisation: a settlement centre serves many companies in one database.
-- Amounts are kopecks (bigint), quantities exact numerics, spans half-open dateranges.

-- +goose Up
-- The order of print: «д. 2» before «д. 10», flat 10 before 10а, ё beside е.
CREATE COLLATION natural_ru (provider = icu, locale = 'ru-u-kn-true');

CREATE TABLE organisations (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inn          text NOT NULL UNIQUE CHECK (inn ~ '^([0-9]{10}|[0-9]{12})$'),
    kpp          text NOT NULL DEFAULT '',
    name         text NOT NULL CHECK (name <> ''),
    short_name   text NOT NULL DEFAULT '',
    address      text NOT NULL DEFAULT '',
    phone        text NOT NULL DEFAULT '',
    email        text NOT NULL DEFAULT '',
    site         text NOT NULL DEFAULT '',
    bank_account text NOT NULL DEFAULT '' CHECK (bank_account ~ '^([0-9]{20})?$'),
    bank_name    text NOT NULL DEFAULT '',
    bic          text NOT NULL DEFAULT '' CHECK (bic ~ '^([0-9]{9})?$'),
    corr_account text NOT NULL DEFAULT '' CHECK (corr_account ~ '^([0-9]{20})?$')
);

-- A file as received. The same bytes are taken once; every further arrival is a row of file_arrivals.
CREATE TABLE files (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    sha256          text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    name            text NOT NULL,
    size            bigint NOT NULL CHECK (size >= 0),
    partner         text NOT NULL,
    format          text NOT NULL DEFAULT '',
    subject         text NOT NULL DEFAULT '',
    archive         text NOT NULL,
    received_at     timestamptz NOT NULL,
    status          text NOT NULL CHECK (status IN ('accepted', 'partly', 'refused')),
    row_count       integer NOT NULL DEFAULT 0,
    accepted        integer NOT NULL DEFAULT 0,
    unchanged       integer NOT NULL DEFAULT 0,
    rejected        integer NOT NULL DEFAULT 0,
    reason          text NOT NULL DEFAULT '',
    UNIQUE (organisation_id, sha256),
    CHECK (row_count = accepted + unchanged + rejected OR status = 'refused')
);

CREATE TABLE file_arrivals (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_id     bigint NOT NULL REFERENCES files,
    partner     text NOT NULL,
    name        text NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX file_arrivals_file ON file_arrivals (file_id);

CREATE TABLE file_problems (
    file_id  bigint NOT NULL REFERENCES files,
    row      integer NOT NULL,
    sheet    text NOT NULL DEFAULT '',
    col      text NOT NULL DEFAULT '',
    value    text NOT NULL DEFAULT '',
    expected text NOT NULL DEFAULT '',
    code     text NOT NULL,
    reason   text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('error', 'warning', 'info'))
);
CREATE INDEX file_problems_file ON file_problems (file_id, row);

-- Where a fact came from: a file, a partition of a topic, an operator. A fact holds (source_id,
-- source_pos): the row, the offset, the number in the journal.
CREATE TABLE sources (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text NOT NULL CHECK (kind IN ('file', 'stream', 'manual')),
    name      text NOT NULL,
    partition integer NOT NULL DEFAULT 0,
    file_id   bigint REFERENCES files,
    UNIQUE NULLS NOT DISTINCT (kind, name, partition, file_id)
);

CREATE TABLE houses (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    key             text NOT NULL CHECK (key <> ''), -- normalised address
    address         text NOT NULL,
    fias            text NOT NULL DEFAULT '',
    kind            text NOT NULL CHECK (kind IN ('block', 'private')),
    area            numeric NOT NULL DEFAULT 0 CHECK (area >= 0),
    common          numeric NOT NULL DEFAULT 0 CHECK (common >= 0),
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    UNIQUE (organisation_id, key)
);

CREATE TABLE premises (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    house_id bigint NOT NULL REFERENCES houses,
    flat     text NOT NULL DEFAULT '',
    room     text NOT NULL DEFAULT '',
    kind     text NOT NULL CHECK (kind IN ('flat', 'room', 'house', 'nonresidential')),
    UNIQUE (house_id, flat, room)
);

CREATE TABLE accounts (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    number          text NOT NULL CHECK (number ~ '^[^[:space:]]{1,20}$'),
    unified         text NOT NULL DEFAULT '',
    service_code    text NOT NULL DEFAULT '', -- идентификатор ЖКУ
    house_id        bigint NOT NULL REFERENCES houses,
    premises_id     bigint NOT NULL REFERENCES premises,
    payer           text NOT NULL DEFAULT '',
    opened          date,
    closed          date CHECK (closed IS NULL OR opened IS NULL OR closed >= opened),
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    UNIQUE (organisation_id, number)
);
CREATE INDEX accounts_house ON accounts (house_id);
CREATE INDEX accounts_unified ON accounts (organisation_id, unified) WHERE unified <> '';

-- One occupancy of an account at a time.
CREATE TABLE occupancies (
    account_id bigint NOT NULL REFERENCES accounts,
    valid      daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
    area       numeric NOT NULL CHECK (area > 0),
    people     integer NOT NULL CHECK (people BETWEEN 0 AND 1000),
    owners     integer NOT NULL CHECK (owners BETWEEN 0 AND 1000),
    occupant   text NOT NULL CHECK (occupant IN ('owner', 'tenant')),
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    EXCLUDE USING gist (account_id WITH =, valid WITH &&)
);
CREATE INDEX occupancies_account ON occupancies (account_id);

-- A service of a whole house (account_id is null) or of one account. One payee at a time.
CREATE TABLE house_services (
    house_id       bigint NOT NULL REFERENCES houses,
    account_id     bigint REFERENCES accounts,
    service        text NOT NULL,
    payee_id       bigint NOT NULL REFERENCES organisations,
    meter_possible boolean NOT NULL,
    valid          daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
    source_id      bigint NOT NULL REFERENCES sources,
    source_pos     bigint NOT NULL,
    EXCLUDE USING gist (house_id WITH =, COALESCE(account_id, 0) WITH =, service WITH =, valid WITH &&)
);

-- No two tariffs of one kind at a time: kind is service, zone, and one house or all of them.
CREATE TABLE tariffs (
    organisation_id bigint NOT NULL REFERENCES organisations,
    service         text NOT NULL,
    zone            text NOT NULL DEFAULT '',
    house_id        bigint REFERENCES houses,
    price           numeric NOT NULL CHECK (price >= 0),
    valid           daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
    document        text NOT NULL DEFAULT '',
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    EXCLUDE USING gist (organisation_id WITH =, service WITH =, zone WITH =, COALESCE(house_id, 0) WITH =, valid WITH &&)
);

CREATE TABLE norms (
    organisation_id bigint NOT NULL REFERENCES organisations,
    service         text NOT NULL,
    house_id        bigint REFERENCES houses,
    base            text NOT NULL CHECK (base IN ('person', 'area')),
    value           numeric NOT NULL CHECK (value >= 0),
    valid           daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
    document        text NOT NULL DEFAULT '',
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    EXCLUDE USING gist (organisation_id WITH =, service WITH =, COALESCE(house_id, 0) WITH =, valid WITH &&)
);

CREATE TABLE meters (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    account_id      bigint NOT NULL REFERENCES accounts,
    service         text NOT NULL,
    serial          text NOT NULL CHECK (serial <> ''),
    zones           smallint NOT NULL CHECK (zones BETWEEN 1 AND 3), -- number of registers
    digits          smallint NOT NULL CHECK (digits BETWEEN 1 AND 12),
    commissioned    date,
    verify_by       date,
    closed          date,
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    UNIQUE (organisation_id, serial, service)
);
CREATE INDEX meters_account ON meters (account_id);

-- Large tables are partitioned by month. They carry no foreign keys: their rows are written in one
-- transaction with, or joined to, the rows they refer to, which are never deleted; a check per row
-- would cost half of the load speed.
CREATE TABLE readings (
    period     date NOT NULL CHECK (extract(day FROM period) = 1),
    meter_id   bigint NOT NULL,
    zone       text NOT NULL DEFAULT '',
    taken_on   date NOT NULL CHECK (taken_on >= period AND taken_on < period + interval '1 month'),
    value      numeric NOT NULL CHECK (value >= 0),
    source_id  bigint NOT NULL,
    source_pos bigint NOT NULL,
    -- In this order, the newest reading before a day is found by opening the newest months only.
    PRIMARY KEY (meter_id, zone, period, taken_on)
) PARTITION BY RANGE (period);

CREATE TABLE house_volumes (
    period     date NOT NULL CHECK (extract(day FROM period) = 1),
    house_id   bigint NOT NULL REFERENCES houses,
    service    text NOT NULL,
    serial     text NOT NULL DEFAULT '',
    volume     numeric NOT NULL CHECK (volume >= 0),
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (house_id, period, service, serial)
);

-- What a message of the stream could not give: kept, so that nothing is lost unseen.
CREATE TABLE dead_letters (
    topic       text NOT NULL,
    partition   integer NOT NULL,
    position    bigint NOT NULL,
    code        text NOT NULL,
    reason      text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (topic, partition, position)
);

CREATE TABLE payments (
    period          date NOT NULL CHECK (extract(day FROM period) = 1), -- the month it is booked in
    id              bigint GENERATED ALWAYS AS IDENTITY,
    organisation_id bigint NOT NULL,
    account_id      bigint, -- null: unidentified (невыясненный)
    house_id        bigint,
    key             text NOT NULL CHECK (key <> ''),
    account         text NOT NULL,
    payee_id        bigint NOT NULL, -- whose bank account it came to
    payer           text NOT NULL DEFAULT '',
    address         text NOT NULL DEFAULT '',
    paid_on         date NOT NULL,
    for_period      date,
    amount          bigint NOT NULL CHECK (amount > 0),
    transfer        bigint NOT NULL,
    fee             bigint NOT NULL,
    order_no        text NOT NULL DEFAULT '',
    order_date      date,
    source_id       bigint NOT NULL,
    source_pos      bigint NOT NULL,
    PRIMARY KEY (id, period)
) PARTITION BY RANGE (period);
CREATE INDEX payments_house ON payments (house_id, account_id);

-- A payment is known by the operator's own number, whatever file brings it again.
CREATE TABLE payment_keys (
    organisation_id bigint NOT NULL REFERENCES organisations,
    key             text NOT NULL,
    amount          bigint NOT NULL,
    account         text NOT NULL,
    PRIMARY KEY (organisation_id, key)
);

CREATE TABLE payment_parts (
    period     date NOT NULL,
    house_id   bigint NOT NULL,
    account_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    service    text NOT NULL,
    payee_id   bigint NOT NULL,
    amount     bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (house_id, account_id, payment_id, service, payee_id, period)
) PARTITION BY RANGE (period);

CREATE TABLE opening_balances (
    period     date NOT NULL CHECK (extract(day FROM period) = 1),
    account_id bigint NOT NULL REFERENCES accounts,
    service    text NOT NULL,
    payee_id   bigint NOT NULL REFERENCES organisations,
    amount     bigint NOT NULL,
    source_id  bigint NOT NULL REFERENCES sources,
    source_pos bigint NOT NULL,
    PRIMARY KEY (account_id, service, payee_id)
);

CREATE TABLE runs (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    period          date NOT NULL CHECK (extract(day FROM period) = 1),
    engine          text NOT NULL,
    status          text NOT NULL CHECK (status IN ('running', 'done')),
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz
);
-- One run of a month at a time: a second process joins the one under way.
CREATE UNIQUE INDEX runs_one_open ON runs (organisation_id, period) WHERE status = 'running';

-- What is due, as unique rows: one house of one run. A worker does a unit in one transaction.
CREATE TABLE charge_units (
    run_id    bigint NOT NULL REFERENCES runs,
    house_id  bigint NOT NULL REFERENCES houses,
    status    text NOT NULL CHECK (status IN ('planned', 'changed', 'unchanged')),
    PRIMARY KEY (run_id, house_id)
);

-- What stands for a house in a month: the snapshot it was computed from and its totals.
CREATE TABLE charged_houses (
    period   date NOT NULL,
    house_id bigint NOT NULL REFERENCES houses,
    run_id   bigint NOT NULL REFERENCES runs,
    sha256   text NOT NULL,
    accounts integer NOT NULL,
    held     integer NOT NULL,
    lines    integer NOT NULL,
    amount   bigint NOT NULL,
    PRIMARY KEY (house_id, period)
);

CREATE TABLE snapshots (
    period   date NOT NULL,
    house_id bigint NOT NULL,
    run_id   bigint NOT NULL,
    sha256   text NOT NULL,
    body     bytea NOT NULL, -- canonical JSON, zstd
    PRIMARY KEY (house_id, run_id, period)
) PARTITION BY RANGE (period);

CREATE TABLE charges (
    period      date NOT NULL,
    house_id    bigint NOT NULL,
    account_id  bigint NOT NULL,
    line        smallint NOT NULL,
    service     text NOT NULL,
    payee_id    bigint NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('base', 'uplift', 'correction')),
    zone        text NOT NULL,
    seg_from    date NOT NULL,
    seg_to      date NOT NULL,
    rule        text NOT NULL,
    method      text NOT NULL,
    volume      numeric NOT NULL,
    price       numeric NOT NULL,
    coefficient numeric NOT NULL,
    amount      bigint NOT NULL,
    range_no    smallint NOT NULL, -- of consumption, 0: the price has no ranges
    resource    text NOT NULL,     -- what the volume counts where it is not the service's own
    reason      text NOT NULL,     -- of a correction
    document    text NOT NULL,     -- acts that a correction rests on
    PRIMARY KEY (house_id, account_id, line, period)
) PARTITION BY RANGE (period);

CREATE TABLE findings (
    period     date NOT NULL,
    house_id   bigint NOT NULL,
    account_id bigint,
    account    text NOT NULL DEFAULT '',
    service    text NOT NULL DEFAULT '',
    code       text NOT NULL,
    reason     text NOT NULL,
    held       boolean NOT NULL
) PARTITION BY RANGE (period);
CREATE INDEX findings_house ON findings (house_id);

-- The ledger, per account, service and payee. It cannot be stored out of balance.
CREATE TABLE balances (
    period     date NOT NULL,
    house_id   bigint NOT NULL,
    account_id bigint NOT NULL,
    service    text NOT NULL,
    payee_id   bigint NOT NULL,
    opening    bigint NOT NULL,
    charged    bigint NOT NULL,
    corrected  bigint NOT NULL,
    penalty    bigint NOT NULL,
    paid       bigint NOT NULL,
    closing    bigint NOT NULL,
    PRIMARY KEY (house_id, account_id, service, payee_id, period),
    CHECK (closing = opening + charged + corrected + penalty - paid)
) PARTITION BY RANGE (period);

CREATE TABLE claims (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    fingerprint     text NOT NULL, -- of all fields: the same claim twice is one
    account         text NOT NULL DEFAULT '',
    unified         text NOT NULL DEFAULT '',
    full_name       text NOT NULL,
    address         text NOT NULL DEFAULT '',
    phone           text NOT NULL DEFAULT '',
    email           text NOT NULL DEFAULT '',
    share           text NOT NULL DEFAULT '',
    source_id       bigint NOT NULL REFERENCES sources,
    source_pos      bigint NOT NULL,
    UNIQUE (organisation_id, fingerprint)
);

-- A decision on a claim. Undoing keeps the row and opens the claim again.
CREATE TABLE matches (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id   bigint NOT NULL REFERENCES claims,
    account_id bigint REFERENCES accounts,
    status     text NOT NULL CHECK (status IN ('linked', 'question', 'refused')),
    reason     text NOT NULL,
    evidence   jsonb NOT NULL DEFAULT '{}',
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    undone_by  text,
    undone_at  timestamptz,
    CHECK ((status = 'linked') = (account_id IS NOT NULL)),
    CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);
CREATE UNIQUE INDEX matches_one_standing ON matches (claim_id) WHERE undone_at IS NULL;
CREATE INDEX matches_account ON matches (account_id) WHERE undone_at IS NULL;

-- Issued payment documents: what was given out, and the digest by which it can be proved.
CREATE TABLE documents (
    period          date NOT NULL,
    house_id        bigint NOT NULL,
    account_id      bigint NOT NULL,
    organisation_id bigint NOT NULL,
    number          text NOT NULL,
    pay_by          date NOT NULL,
    to_pay          bigint NOT NULL,
    sha256          text NOT NULL, -- of the document's content
    PRIMARY KEY (house_id, account_id, period)
) PARTITION BY RANGE (period);

-- What is to be delivered: written in the transaction that made it, delivered after.
CREATE TABLE outgoing (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    destination  text NOT NULL,
    name         text NOT NULL,
    staged       text NOT NULL, -- path relative to the data folder
    sha256       text NOT NULL,
    size         bigint NOT NULL,
    created_at   timestamptz NOT NULL,
    delivered_at timestamptz,
    attempts     integer NOT NULL DEFAULT 0,
    retry_at     timestamptz, -- not before, after a failure
    last_error   text NOT NULL DEFAULT '',
    UNIQUE (destination, name, sha256)
);
CREATE INDEX outgoing_pending ON outgoing (id) WHERE delivered_at IS NULL;

-- A window of a schedule, taken once whichever process comes first.
CREATE TABLE schedule_windows (
    job      text NOT NULL,
    window_at timestamptz NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (job, window_at)
);
