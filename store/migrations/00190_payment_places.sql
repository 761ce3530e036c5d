-- The key of a payment says where the payment stands: a file that names payments known already, or takes them back,
-- reads those only. An index of keys over all months of payments would cost a booking more than these columns do.

-- +goose Up
ALTER TABLE payment_keys ADD COLUMN period date, ADD COLUMN source_id bigint, ADD COLUMN source_pos bigint;
UPDATE payment_keys k SET period = p.period, source_id = p.source_id, source_pos = p.source_pos
FROM payments p WHERE p.organisation_id = k.organisation_id AND p.key = k.key;
ALTER TABLE payment_keys ALTER COLUMN period SET NOT NULL, ALTER COLUMN source_id SET NOT NULL, ALTER COLUMN source_pos SET NOT NULL;

-- +goose Down
ALTER TABLE payment_keys DROP COLUMN period, DROP COLUMN source_id, DROP COLUMN source_pos;
