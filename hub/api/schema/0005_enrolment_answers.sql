-- Until now these answers were kept with the token in clear.
DELETE FROM api_idempotency WHERE route = 'create enrolment token /v1/enrolment-tokens';
