-- Doubles that a person found right (owners of shares with two suppliers, a supplier whose charges we print), so that they do
-- not come back every month; and where the charges stated by suppliers belong, by address: the numbers are their own.

-- +goose Up
CREATE TABLE double_decisions (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations,
    service         text NOT NULL CHECK (service <> ''),
    account         text NOT NULL DEFAULT '', -- '': of any account
    other           text NOT NULL CHECK (other <> ''), -- the other side: ИНН of an issuer or payee, name of the partner whose registry it is
    is_right        boolean NOT NULL, -- false: taken back, they are doubles again
    until           date CHECK (extract(day FROM until) = 1), -- the last month for which it holds
    reason          text NOT NULL CHECK (reason <> ''),
    decided_by      text NOT NULL CHECK (decided_by <> ''),
    decided_at      timestamptz NOT NULL
);
CREATE INDEX double_decisions_of ON double_decisions (organisation_id, other, service);
SELECT track_history('double_decisions');
CREATE TRIGGER decisions_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON double_decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose StatementBegin
CREATE FUNCTION audit_double() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (organisation_id, actor, action, object, reason, after)
    VALUES (NEW.organisation_id, NEW.decided_by, CASE WHEN NEW.is_right THEN 'double.right' ELSE 'double.wrong' END,
        'double of ' || NEW.service || COALESCE(NULLIF(' on ' || NEW.account, ' on '), '') || ' with ' || NEW.other, NEW.reason, to_jsonb(NEW));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_decided AFTER INSERT ON double_decisions FOR EACH ROW EXECUTE FUNCTION audit_double();

ALTER TABLE stated_amounts ADD COLUMN house_key text NOT NULL DEFAULT '', ADD COLUMN flat text NOT NULL DEFAULT '',
    ADD COLUMN room text NOT NULL DEFAULT '';

-- flat_key is the form in which numbers of flats and rooms are compared, as matching.FlatKey has it, without spaces: offices write
-- «45а», «45 А» and «кв. 45-А» of one flat.
-- +goose StatementBegin
CREATE FUNCTION flat_key(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t = '' OR t ~ '^[1-9][0-9]*$' THEN t ELSE
        regexp_replace(regexp_replace(regexp_replace(translate(upper(t COLLATE natural_ru), 'ABCEHKMOPTXYЁ', 'АВСЕНКМОРТХУЕ'),
            '^\s*(КВАРТИРА|КВ|КОМНАТА|КОМН|КОМ|К)?[\s.№]*(?=[0-9])', ''), '[\s.]|(?<=[0-9])-(?=[А-Я])', '', 'g'), '^0+(?=[0-9])', '')
    END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION flat_key;
ALTER TABLE stated_amounts DROP COLUMN house_key, DROP COLUMN flat, DROP COLUMN room;
DROP TABLE double_decisions;
DROP FUNCTION audit_double;
