-- What meter numbers look like is asked where a reading names a meter that nobody knows. Noting it with each new meter
-- took a third of the time in which meters were stored, and most files of readings name none. So a statement that brings
-- meters notes only between which ids they are; a search looks through those meters one by one, and lists them by their
-- likeness when it does so once more and again (store/meterlikeness.go).
--
-- No meter is missed: the note is written by the database itself, in the transaction of its meters, and taken off in
-- that which lists them.

-- +goose Up
CREATE TABLE meter_likenesses (
    organisation_id bigint NOT NULL,
    alike           text COLLATE "C" NOT NULL, -- likeness of the serial number when it was listed
    meter_id        bigint NOT NULL,
    PRIMARY KEY (organisation_id, alike, meter_id)
);

CREATE TABLE meters_unlisted (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL,
    first_meter     bigint NOT NULL,
    last_meter      bigint NOT NULL,
    searches        integer NOT NULL DEFAULT 0 -- that had to look through them
);

-- +goose StatementBegin
CREATE FUNCTION note_unlisted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO meters_unlisted (organisation_id, first_meter, last_meter)
        SELECT organisation_id, min(id), max(id) FROM new_rows GROUP BY organisation_id;
    ELSE
        INSERT INTO meters_unlisted (organisation_id, first_meter, last_meter)
        SELECT n.organisation_id, n.id, n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.organisation_id, n.serial) <> (o.organisation_id, o.serial);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER unlisted_of_insert AFTER INSERT ON meters REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_unlisted();
CREATE TRIGGER unlisted_of_update AFTER UPDATE ON meters REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_unlisted();

INSERT INTO meters_unlisted (organisation_id, first_meter, last_meter)
SELECT organisation_id, min(id), max(id) FROM meters GROUP BY organisation_id;
DROP INDEX meters_likeness;

-- +goose Down
CREATE INDEX meters_likeness ON meters (organisation_id, likeness(serial) text_pattern_ops);
DROP TRIGGER unlisted_of_insert ON meters;
DROP TRIGGER unlisted_of_update ON meters;
DROP FUNCTION note_unlisted;
DROP TABLE meters_unlisted;
DROP TABLE meter_likenesses;
