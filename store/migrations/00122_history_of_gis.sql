-- Reports of a past moment read these tables too.

-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE
    tbl regclass;
BEGIN
    FOREACH tbl IN ARRAY ARRAY['gis_meters', 'house_meters']::regclass[] LOOP
        IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = tbl AND tgname = 'past_of_update') THEN
            PERFORM track_history(tbl);
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd
