/*
name: unpaid-invoice
every: 1m
action:
  url: https://hooks.shop.example/invoices
  headers:
    Content-Type: application/json
    Authorization: Bearer {{ secrets.hooks_token }}
  body: |
    {
      "invoice": "{{ invoice_number }}",
      "amount": {{ amount }},
      "customer": { "name": "{{ customer_name }}" },
    }
retries: 8
backoff: { first: 10s, max: 1h }
*/
SELECT i.id AS entity_pk, i.invoice_number, i.amount, c.name AS customer_name
FROM public.invoices AS i
  JOIN public.customers AS c ON c.id = i.customer_id
WHERE i.paid_at IS NULL
  AND i.due_on < current_date - 7;
