/** What trading on four venues needs: the venue's own figure of a quantity, changes asked for, the rights of a key as last looked at. */
export const fourVenues = `
ALTER TABLE orders ADD COLUMN venue_quantity TEXT;
ALTER TABLE orders ADD COLUMN amend TEXT;
ALTER TABLE order_events ADD COLUMN amend TEXT;
UPDATE orders SET state = json_set(state, '$.facts.venue_quantity', NULL) WHERE json_type(state, '$.facts') = 'object';

ALTER TABLE exchange_keys ADD COLUMN checked_at INTEGER;
ALTER TABLE exchange_keys ADD COLUMN suspended_reason TEXT;
`
