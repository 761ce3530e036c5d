-- A file that its sender puts there again is answered again, though not each time: when he was last told. An original that
-- could not be removed is seen a second time, but was not sent a second time: which arrivals may still lie in their inbox.

-- +goose Up
ALTER TABLE file_arrivals ADD COLUMN answered boolean NOT NULL DEFAULT false, ADD COLUMN in_inbox boolean NOT NULL DEFAULT false;
CREATE INDEX file_arrivals_in_inbox ON file_arrivals (partner, name) WHERE in_inbox;

-- +goose Down
DROP INDEX file_arrivals_in_inbox;
ALTER TABLE file_arrivals DROP COLUMN answered, DROP COLUMN in_inbox;
