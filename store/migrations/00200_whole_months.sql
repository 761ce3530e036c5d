-- Nine lines in ten are of the whole of their month: the partition of a month says what those leave out, as
-- it says of the columns of 00150. Partitions made later get it when they are made (store/partitions.go).

-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE
    part  regclass;
    month date;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'charges'::regclass LOOP
        month := to_date(right(part::text, 7), 'YYYY_MM');
        EXECUTE format('ALTER TABLE %s ALTER period SET DEFAULT %L, ALTER seg_from SET DEFAULT %L, ALTER seg_to SET DEFAULT %L',
            part, month, month, (month + interval '1 month')::date);
    END LOOP;
END $$;
-- +goose StatementEnd
