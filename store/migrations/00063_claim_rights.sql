-- What a claim rests on: by what right, by which power of attorney and how long, where it was made, and what the
-- co-owners said to it. '' and NULL: not told.

-- +goose Up
ALTER TABLE claims
    ADD COLUMN ground      text NOT NULL DEFAULT '' CHECK (ground IN ('', 'owner', 'tenant', 'social_tenant', 'representative')),
    ADD COLUMN proxy       text NOT NULL DEFAULT '',
    ADD COLUMN proxy_until date,
    ADD COLUMN origin      text NOT NULL DEFAULT '' CHECK (origin IN ('', 'self', 'office')),
    ADD COLUMN consent     text NOT NULL DEFAULT '' CHECK (consent IN ('', 'given', 'refused')),
    ADD CHECK ((proxy <> '') = (ground = 'representative') AND (proxy_until IS NOT NULL) = (ground = 'representative'));
