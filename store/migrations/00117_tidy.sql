-- Tidying the archive is written into the journal of the exchange too.

-- +goose Up
ALTER TABLE exchange_journal DROP CONSTRAINT exchange_journal_action_check;
ALTER TABLE exchange_journal ADD CONSTRAINT exchange_journal_action_check CHECK (action IN ('resend', 'replay', 'tidy'));

-- +goose Down
DELETE FROM exchange_journal WHERE action = 'tidy';
ALTER TABLE exchange_journal DROP CONSTRAINT exchange_journal_action_check;
ALTER TABLE exchange_journal ADD CONSTRAINT exchange_journal_action_check CHECK (action IN ('resend', 'replay'));
