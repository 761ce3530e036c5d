-- Who took back his consent to the use of his data (152-ФЗ, ст. 9, ч. 2) is sent no more letters: a wish for letters is a
-- consent of its own, the word said later counts.

-- +goose Up
CREATE OR REPLACE VIEW letter_recipients AS
SELECT a.organisation_id, a.house_id, w.account_id, w.wish, w.email
FROM delivery_wishes w JOIN accounts a ON a.id = w.account_id
WHERE w.wish <> 'paper' AND NOT EXISTS (
    SELECT FROM letter_stops s WHERE s.organisation_id = a.organisation_id AND s.email = w.email AND s.stopped_on >= w.confirmed_on)
AND NOT EXISTS (
    SELECT FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL AND m.status = 'linked' AND m.account_id = w.account_id
    JOIN LATERAL (SELECT k.given, k.since FROM claim_consents k WHERE k.claim_id = c.id AND k.since <= current_date
        ORDER BY k.since DESC, k.id DESC LIMIT 1) said ON NOT said.given AND said.since >= w.confirmed_on
    WHERE c.email = w.email);
