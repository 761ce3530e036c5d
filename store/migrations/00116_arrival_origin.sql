-- Where a file came from at the place: the sender and the Message-ID of a mail.

-- +goose Up
ALTER TABLE file_arrivals ADD COLUMN origin text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE file_arrivals DROP COLUMN origin;
