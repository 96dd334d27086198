INSERT INTO idempotency_tokens (token, fingerprint) VALUES ('PR0D-token', '0123456789abcdef');
